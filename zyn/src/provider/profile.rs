//! What servers and models are known to take, as data.
//!
//! Names age, so the table only saves a first refusal: what a server refuses is learnt from its answer.

use super::{Dialect, Profile};

pub(super) const OPENAI_HOST: &str = "api.openai.com";

/// What one model on one server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// What the server takes of JSON Schema.
    pub(super) dialect: Dialect,
    /// Whether the model sees the schema it has to fill.
    pub(super) schema_visible: bool,
    /// How an answer in JSON is asked for.
    pub(super) answer: AnswerFormat,
    /// What the limit of tokens is called.
    pub(super) max_tokens: MaxTokens,
    /// Whether it takes a temperature: a model that reasons by default does not.
    pub(super) sampling: bool,
    /// Whether it tells how likely its tokens were: a model that reasons does not.
    pub(super) logprobs: bool,
    /// The role of the first message.
    pub(super) system: SystemRole,
    /// The header that carries the key.
    pub(super) key: KeyHeader,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerFormat {
    /// `response_format` with the schema.
    JsonSchema,
    /// `response_format` without it; the schema is in the prompt's words alone.
    JsonObject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MaxTokens {
    /// `max_completion_tokens`.
    Completion,
    /// `max_tokens`, the name that most compatible servers read; many ignore the other in silence.
    Plain,
}

impl MaxTokens {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Completion => "max_completion_tokens",
            Self::Plain => "max_tokens",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Completion => Self::Plain,
            Self::Plain => Self::Completion,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SystemRole {
    System,
    /// What reasoning models call it.
    Developer,
}

impl SystemRole {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHeader {
    /// `authorization: Bearer …`.
    Bearer,
    /// `api-key: …`.
    ApiKey,
}

impl Capabilities {
    pub(super) fn profile(&self) -> Profile {
        Profile {
            dialect: self.dialect,
            schema_visible: self.schema_visible,
            schema_enforced: self.answer == AnswerFormat::JsonSchema,
            logprobs: self.logprobs,
            // the wire format has no place for them yet
            images: false,
            pdfs: false,
        }
    }
}

/// The capabilities of `model` on `host`: those of the first row that matches both.
pub(super) fn capabilities(host: &str, model: &str) -> Capabilities {
    let model = model.strip_prefix("ft:").unwrap_or(model);
    TABLE
        .iter()
        .find(|(of_host, of_model, _)| matches_host(of_host, host) && starts_with(model, of_model))
        .map_or(COMPATIBLE, |(.., capabilities)| *capabilities)
}

/// A pattern with a leading dot takes any subdomain; an empty one takes everything.
fn matches_host(pattern: &str, host: &str) -> bool {
    pattern.is_empty() || host == pattern || (pattern.starts_with('.') && host.ends_with(pattern))
}

/// `#` in a pattern is any digit.
fn starts_with(model: &str, pattern: &str) -> bool {
    let mut model = model.chars();
    pattern.chars().all(|wanted| {
        model
            .next()
            .is_some_and(|c| c == wanted || (wanted == '#' && c.is_ascii_digit()))
    })
}

/// A server that nothing is known about: llama.cpp, Ollama and vLLM show the schema to the sampler alone, and words
/// in the prompt do no harm where a model sees it twice.
const COMPATIBLE: Capabilities = Capabilities {
    dialect: Dialect::OpenAi,
    schema_visible: false,
    answer: AnswerFormat::JsonSchema,
    max_tokens: MaxTokens::Plain,
    sampling: true,
    logprobs: true,
    system: SystemRole::System,
    key: KeyHeader::Bearer,
};

/// A server on this machine is llama.cpp's, or has its grammars.
const LOCAL: Capabilities = Capabilities {
    dialect: Dialect::LlamaCpp,
    ..COMPATIBLE
};

const OPENAI: Capabilities = Capabilities {
    schema_visible: true,
    max_tokens: MaxTokens::Completion,
    ..COMPATIBLE
};

/// Reasons unless told not to.
const REASONING: Capabilities = Capabilities {
    sampling: false,
    logprobs: false,
    system: SystemRole::Developer,
    ..OPENAI
};

/// Reasons, and cannot be told not to, but is spoken to like a chat model.
const CHAT: Capabilities = Capabilities {
    system: SystemRole::System,
    ..REASONING
};

/// Reasons only if told to.
const CAN_REASON: Capabilities = Capabilities {
    sampling: true,
    logprobs: true,
    ..REASONING
};

/// The name of an Azure deployment says nothing about its model.
const AZURE: Capabilities = Capabilities {
    key: KeyHeader::ApiKey,
    ..OPENAI
};

/// A server that takes a schema and holds no answer to it, or takes none: the prompt says it.
const UNHELD: Capabilities = Capabilities {
    dialect: Dialect::Prompted,
    answer: AnswerFormat::JsonObject,
    ..COMPATIBLE
};

/// Host, prefix of the model, what they take. The first match wins; rows that say what the default says keep what is
/// known from being forgotten when the default changes.
const TABLE: &[(&str, &str, Capabilities)] = &[
    (OPENAI_HOST, "gpt-5.5", REASONING),
    (OPENAI_HOST, "gpt-5.4-pro", REASONING),
    (OPENAI_HOST, "gpt-5.2-pro", REASONING),
    (OPENAI_HOST, "gpt-5.3-chat", CHAT),
    (OPENAI_HOST, "gpt-5.2-chat", CHAT),
    (OPENAI_HOST, "gpt-5.1-chat", CHAT),
    (OPENAI_HOST, "gpt-5.1-codex", REASONING),
    (OPENAI_HOST, "gpt-5.4", CAN_REASON),
    (OPENAI_HOST, "gpt-5.3", CAN_REASON),
    (OPENAI_HOST, "gpt-5.2", CAN_REASON),
    (OPENAI_HOST, "gpt-5.1", CAN_REASON),
    (OPENAI_HOST, "gpt-5-chat", OPENAI),
    (OPENAI_HOST, "gpt-3", OPENAI),
    (OPENAI_HOST, "gpt-4", OPENAI),
    (OPENAI_HOST, "gpt-#", REASONING),
    (OPENAI_HOST, "o#", REASONING),
    (OPENAI_HOST, "", OPENAI),
    (".openai.azure.com", "", AZURE),
    ("127.0.0.1", "", LOCAL),
    ("localhost", "", LOCAL),
    (".localhost", "", LOCAL),
    ("::1", "", LOCAL),
    ("api.deepseek.com", "", UNHELD),
    ("ollama.com", "", UNHELD),
    (".ollama.com", "", UNHELD),
    ("api.groq.com", "", COMPATIBLE),
    ("api.mistral.ai", "", COMPATIBLE),
    ("api.x.ai", "", COMPATIBLE),
    ("openrouter.ai", "", COMPATIBLE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(model: &str, sampling: bool, system: SystemRole) {
        let found = capabilities(OPENAI_HOST, model);
        assert_eq!(
            (found.sampling, found.system),
            (sampling, system),
            "{model}"
        );
        // what a model refuses while it reasons, it refuses together
        assert_eq!(found.profile().logprobs, sampling, "{model}");
    }

    #[test]
    fn models_that_reason_by_default_take_no_temperature_and_tell_no_log_probabilities() {
        for model in [
            "gpt-6-astra",
            "gpt-6.1-sol",
            "gpt-6.1-terra",
            "gpt-6-luna",
            "gpt-5.6-sol",
            "gpt-5.5",
            "gpt-5.5-pro",
            "gpt-5.4-pro",
            "gpt-5.2-pro",
            "gpt-5.1-codex-mini",
            "gpt-5-codex",
            "gpt-5-pro",
            "gpt-5",
            "gpt-5-nano",
            "o1",
            "o3-mini",
            "o4-mini-2025-04-16",
            "ft:o4-mini:acme",
            "gpt-6.2-astra",
            "gpt-7",
        ] {
            check(model, false, SystemRole::Developer);
        }
        check("gpt-5.3-chat-latest", false, SystemRole::System);
    }

    #[test]
    fn models_that_reason_on_request_or_never_take_a_temperature() {
        for model in ["gpt-5.4", "gpt-5.4-mini", "gpt-5.3", "gpt-5.2", "gpt-5.1"] {
            check(model, true, SystemRole::Developer);
        }
        for model in [
            "gpt-5-chat-latest",
            "gpt-4.1-mini",
            "gpt-4o",
            "gpt-3.5-turbo",
            "chatgpt-4o-latest",
            "omni",
            "",
        ] {
            check(model, true, SystemRole::System);
        }
    }

    #[test]
    fn only_servers_known_to_show_the_schema_are_trusted_to() {
        for host in [OPENAI_HOST, "acme.openai.azure.com"] {
            assert!(capabilities(host, "m").schema_visible, "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost",
            "llm.example.com",
            "openrouter.ai",
            "api.openai.com.evil.example",
        ] {
            assert!(!capabilities(host, "gpt-5").schema_visible, "{host}");
        }
    }

    #[test]
    fn the_limit_of_tokens_has_the_name_that_the_server_reads() {
        assert_eq!(
            capabilities(OPENAI_HOST, "gpt-4o").max_tokens.name(),
            "max_completion_tokens"
        );
        assert_eq!(
            capabilities("127.0.0.1", "gpt-5").max_tokens.name(),
            "max_tokens"
        );
    }

    #[test]
    fn the_name_of_an_azure_deployment_says_nothing() {
        let azure = capabilities("acme.openai.azure.com", "o3");
        assert!(azure.sampling);
        assert_eq!(azure.key, KeyHeader::ApiKey);
        assert_eq!(
            capabilities(".openai.azure.com.evil", "m").key,
            KeyHeader::Bearer
        );
    }

    #[test]
    fn a_server_without_schemas_is_asked_for_an_object() {
        assert_eq!(
            capabilities("api.deepseek.com", "deepseek-flash").answer,
            AnswerFormat::JsonObject
        );
    }
}
