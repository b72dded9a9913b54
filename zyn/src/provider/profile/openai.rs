//! What servers of OpenAI's formats take.

use super::{Api, COMPATIBLE, Capabilities, KeyHeader, MaxTokens, Row, SystemRole};
use crate::provider::{Accepts, Dialect, Mode};

pub(in crate::provider) const OPENAI_HOST: &str = "api.openai.com";

/// A server on this machine is llama.cpp's, or has its grammars.
const LOCAL: Capabilities = Capabilities {
    dialect: Dialect::LlamaCpp,
    pdfs: Accepts::Nothing,
    pdfs_in_responses: Accepts::Nothing,
    ..COMPATIBLE
};

/// Fetches a PDF in the newer operation alone.
const KNOWN: Capabilities = Capabilities {
    schema_visible: true,
    cache_key: true,
    max_tokens: MaxTokens::Completion,
    by_turns: false,
    pdfs_in_responses: Accepts::Addresses,
    ..COMPATIBLE
};

/// Reasons unless told not to.
const REASONING: Capabilities = Capabilities {
    sampling: false,
    logprobs: false,
    system: SystemRole::Developer,
    ..KNOWN
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
    pdfs_in_responses: Accepts::Bytes,
    ..KNOWN
};

/// A server that takes a schema and holds no answer to it, or takes none: the prompt says it.
const UNHELD: Capabilities = Capabilities {
    dialect: Dialect::Prompted,
    mode: Mode::Prompted,
    ..COMPATIBLE
};

/// Refuses to fetch an image.
const OLLAMA_CLOUD: Capabilities = Capabilities {
    images: Accepts::Bytes,
    pdfs: Accepts::Nothing,
    pdfs_in_responses: Accepts::Nothing,
    ..UNHELD
};

/// Holds an answer to a schema in this operation alone. Where it is only told that the answer is JSON, it wants to read
/// that word in the prompt too, which zyn's words for a schema have, and may answer nothing.
const DEEPSEEK: Capabilities = Capabilities {
    api: Api::Responses,
    by_turns: false,
    schemas_in_chat: false,
    blanks: true,
    schema_visible: true,
    logprobs: false,
    pdfs: Accepts::Nothing,
    pdfs_in_responses: Accepts::Nothing,
    ..COMPATIBLE
};

/// Hands requests on: to such servers as take all that is asked. PDFs it fetches itself.
const OPENROUTER: Capabilities = Capabilities {
    routes: true,
    pdfs: Accepts::Addresses,
    ..COMPATIBLE
};

/// Refuses the parameter that asks for a stream's usage, and tells it anyway. Its chat completions have a part of their own
/// for PDFs.
const MISTRAL: Capabilities = Capabilities {
    by_turns: false,
    stream_usage: false,
    logprobs: false,
    pdfs: Accepts::Nothing,
    ..COMPATIBLE
};

/// Reads PDFs in the newer operation alone, best by their addresses.
const XAI: Capabilities = Capabilities {
    by_turns: false,
    pdfs: Accepts::Nothing,
    pdfs_in_responses: Accepts::Addresses,
    ..COMPATIBLE
};

/// Host, prefix of the model, what they take. The first match wins; rows that say what the default says keep what is
/// known from being forgotten when the default changes.
pub(in crate::provider) const OPENAI: &[Row] = &[
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
    (OPENAI_HOST, "gpt-5-chat", KNOWN),
    (OPENAI_HOST, "gpt-3", KNOWN),
    (OPENAI_HOST, "gpt-4", KNOWN),
    (OPENAI_HOST, "gpt-#", REASONING),
    (OPENAI_HOST, "o#", REASONING),
    (OPENAI_HOST, "", KNOWN),
    (".openai.azure.com", "", AZURE),
    ("127.0.0.1", "", LOCAL),
    ("localhost", "", LOCAL),
    (".localhost", "", LOCAL),
    ("::1", "", LOCAL),
    ("api.deepseek.com", "", DEEPSEEK),
    ("ollama.com", "", OLLAMA_CLOUD),
    (".ollama.com", "", OLLAMA_CLOUD),
    ("api.groq.com", "openai/gpt-oss-", COMPATIBLE),
    ("api.groq.com", "", UNHELD),
    ("api.mistral.ai", "", MISTRAL),
    ("api.x.ai", "", XAI),
    ("openrouter.ai", "", OPENROUTER),
];

#[cfg(test)]
mod tests {
    use super::super::capabilities as of;
    use super::*;

    fn capabilities(host: &str, model: &str) -> Capabilities {
        of(OPENAI, host, model)
    }

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
    fn servers_that_run_the_models_of_others_are_told_a_conversation_by_turns() {
        for (host, by_turns) in [
            (OPENAI_HOST, false),
            ("acme.openai.azure.com", false),
            ("api.deepseek.com", false),
            ("api.mistral.ai", false),
            ("api.x.ai", false),
            ("openrouter.ai", true),
            ("api.groq.com", true),
            ("ollama.com", true),
            ("127.0.0.1", true),
            ("llm.example.com", true),
        ] {
            assert_eq!(capabilities(host, "m").by_turns, by_turns, "{host}");
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
    fn a_server_that_holds_no_answer_to_a_schema_is_told_it_in_the_prompt() {
        for (host, model, mode) in [
            ("api.groq.com", "qwen/qwen3.8-27b", Mode::Prompted),
            ("api.groq.com", "openai/gpt-oss-20b", Mode::Native),
            ("ollama.com", "gpt-oss:120b-cloud", Mode::Prompted),
        ] {
            let found = capabilities(host, model);
            assert_eq!(found.mode, mode, "{host} {model}");
            assert_eq!(found.dialect == Dialect::Prompted, mode == Mode::Prompted);
        }
    }

    #[test]
    fn images_and_pdfs_are_taken_in_the_form_that_the_operation_of_the_server_takes() {
        use Accepts::{Addresses, Bytes, Nothing};
        for (host, images, in_chat, in_responses) in [
            (OPENAI_HOST, Addresses, Bytes, Addresses),
            ("acme.openai.azure.com", Addresses, Bytes, Bytes),
            ("127.0.0.1", Addresses, Nothing, Nothing),
            ("api.deepseek.com", Addresses, Nothing, Nothing),
            ("ollama.com", Bytes, Nothing, Nothing),
            ("api.mistral.ai", Addresses, Nothing, Bytes),
            ("api.x.ai", Addresses, Nothing, Addresses),
            ("openrouter.ai", Addresses, Addresses, Bytes),
            ("llm.example.com", Addresses, Bytes, Bytes),
        ] {
            for (api, pdfs) in [(Api::Chat, in_chat), (Api::Responses, in_responses)] {
                let found = Capabilities {
                    api,
                    ..capabilities(host, "m")
                };
                let profile = found.profile();
                let found = (profile.images, profile.pdfs);
                assert_eq!(found, (images, pdfs), "{host} {api:?}");
            }
        }
    }

    #[test]
    fn deepseek_is_asked_where_it_takes_schemas() {
        let found = capabilities("api.deepseek.com", "deepseek-flash");
        assert_eq!((found.api, found.mode), (Api::Responses, Mode::Native));
    }
}
