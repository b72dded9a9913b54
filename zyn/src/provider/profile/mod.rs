//! What servers and models are known to take, as data: a table for each API.
//!
//! Names age, so the tables only save a first refusal: what a server refuses is learnt from its answer.

mod anthropic;
mod gemini;
mod ollama;
mod openai;

pub(super) use anthropic::{ANTHROPIC, ANTHROPIC_HOST};
pub(super) use gemini::{GEMINI, GEMINI_HOST};
pub(super) use ollama::{OLLAMA, OLLAMA_CLOUD};
pub(super) use openai::{OPENAI, OPENAI_HOST};

use super::{Accepts, Dialect, Mode, Profile};

/// What one model on one server takes. What an API has no word for is as good as absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// Which of an API's operations is asked.
    pub(super) api: Api,
    /// Whether chat completions take a schema, where they are asked because the server does not know `api`.
    pub(super) schemas_in_chat: bool,
    /// What the server takes of JSON Schema.
    pub(super) dialect: Dialect,
    /// How an answer in JSON is asked for.
    pub(super) mode: Mode,
    /// Whether the server may be told that the answer is to be JSON, where it is told no schema.
    pub(super) json_object: bool,
    /// Whether the model sees the schema it has to fill.
    pub(super) schema_visible: bool,
    /// Whether the provider's cache of a conversation is lost when the schema changes.
    pub(super) schema_in_cache: bool,
    /// What the limit of tokens is called.
    pub(super) max_tokens: MaxTokens,
    /// The limit of tokens where none is set; `None` leaves it to the server.
    pub(super) usual_max_tokens: Option<u32>,
    /// Whether it takes a temperature: a model that reasons by default does not.
    pub(super) sampling: bool,
    /// Whether it tells how likely its tokens were: a model that reasons does not.
    pub(super) logprobs: bool,
    /// The role of the first message.
    pub(super) system: SystemRole,
    /// Whether a conversation is sent as every chat template takes it: with one system message, in front of all others,
    /// and then the user and the assistant by turns.
    pub(super) by_turns: bool,
    /// The header that carries the key.
    pub(super) key: KeyHeader,
    /// Whether a stream can be asked to end with its usage.
    pub(super) stream_usage: bool,
    /// Whether it takes a key under which it keeps a conversation in its cache.
    pub(super) cache_key: bool,
    /// How long it keeps a conversation in its cache up to where it is told to; `None` if it is told nothing.
    pub(super) kept: Option<Kept>,
    /// Whether it hands requests on to servers that may not take all of them.
    pub(super) routes: bool,
    /// Whether it now and then answers nothing for no reason, so that asking again helps.
    pub(super) blanks: bool,
    /// In which form it takes images.
    pub(super) images: Accepts,
    /// In which form it takes PDFs.
    pub(super) pdfs: Accepts,
    /// In which form responses take PDFs, where they are asked.
    pub(super) pdfs_in_responses: Accepts,
}

/// The operation that is asked, where an API has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// OpenAI's chat completions, and the one operation of every other API.
    Chat,
    /// OpenAI's responses.
    Responses,
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
    /// None of its own: what the system says stands in front of what the user says first.
    User,
}

impl SystemRole {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHeader {
    /// `authorization: Bearer …`.
    Bearer,
    /// `api-key: …` (Azure).
    ApiKey,
    /// `x-api-key: …` (Anthropic).
    XApiKey,
    /// `x-goog-api-key: …` (Gemini).
    Google,
}

impl KeyHeader {
    /// The header's name, and what stands before the key in it.
    pub(super) fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Bearer => ("authorization", "Bearer "),
            Self::ApiKey => ("api-key", ""),
            Self::XApiKey => ("x-api-key", ""),
            Self::Google => ("x-goog-api-key", ""),
        }
    }
}

/// How long a cache keeps what it was told to keep, after each time that it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Five.
    Minutes,
    Hour,
}

impl Capabilities {
    pub(super) fn profile(&self) -> Profile {
        Profile {
            dialect: self.dialect,
            mode: self.mode,
            schema_visible: self.schema_visible,
            schema_in_cache: self.schema_in_cache,
            logprobs: self.logprobs,
            images: self.images,
            pdfs: match self.api {
                Api::Chat => self.pdfs,
                Api::Responses => self.pdfs_in_responses,
            },
        }
    }
}

/// Host, prefix of the model, what they take.
pub(super) type Row = (&'static str, &'static str, Capabilities);

/// The capabilities of `model` on `host`: those of the first row that matches both.
pub(super) fn capabilities(table: &[Row], host: &str, model: &str) -> Capabilities {
    let model = model.strip_prefix("ft:").unwrap_or(model);
    table
        .iter()
        .find(|(of_host, of_model, _)| matches_host(of_host, host) && starts_with(model, of_model))
        .map_or(COMPATIBLE, |(.., capabilities)| *capabilities)
}

/// A pattern with a leading dot takes any subdomain; an empty one takes everything.
pub(super) fn matches_host(pattern: &str, host: &str) -> bool {
    pattern.is_empty() || host == pattern || (pattern.starts_with('.') && host.ends_with(pattern))
}

/// `#` in a pattern is any digit; a leading `*` makes it the end.
fn starts_with(model: &str, pattern: &str) -> bool {
    if let Some(end) = pattern.strip_prefix('*') {
        return model.ends_with(end);
    }
    let mut model = model.chars();
    pattern.chars().all(|wanted| {
        model
            .next()
            .is_some_and(|c| c == wanted || (wanted == '#' && c.is_ascii_digit()))
    })
}

/// A server that nothing is known about: llama.cpp, Ollama and vLLM show the schema to the sampler alone, and words
/// in the prompt do no harm where a model sees it twice. Their chat templates are those of the models, and some refuse a
/// conversation that others take.
const COMPATIBLE: Capabilities = Capabilities {
    api: Api::Chat,
    schemas_in_chat: true,
    dialect: Dialect::OpenAi,
    mode: Mode::Native,
    json_object: true,
    schema_visible: false,
    schema_in_cache: false,
    max_tokens: MaxTokens::Plain,
    usual_max_tokens: None,
    sampling: true,
    logprobs: true,
    system: SystemRole::System,
    by_turns: true,
    key: KeyHeader::Bearer,
    stream_usage: true,
    cache_key: false,
    kept: None,
    routes: false,
    blanks: false,
    images: Accepts::Addresses,
    pdfs: Accepts::Bytes,
    pdfs_in_responses: Accepts::Bytes,
};
