//! What a model can do, and how it is asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a model can do, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The subset of JSON Schema it takes.
    pub dialect: Dialect,
    /// Whether the model sees the schema, or only its sampler does (llama.cpp, Ollama, vLLM).
    pub schema_visible: bool,
    /// How it is asked for an answer in JSON, at best.
    pub mode: Mode,
    /// Whether the provider's cache of a conversation is lost when the schema changes (Anthropic). In a long conversation
    /// the schema is then said in the prompt alone.
    pub schema_in_cache: bool,
    /// Whether the model may be asked how likely the tokens of its answer were. If not, it is not asked, and a threshold
    /// on what is measured is refused before anything is sent.
    pub logprobs: bool,
    /// In which form the model may be sent images; in another, one is refused before anything is sent.
    pub images: Accepts,
    /// In which form the model may be sent PDFs; in another, one is refused before anything is sent.
    pub pdfs: Accepts,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            dialect: Dialect::OpenAi,
            schema_visible: true,
            mode: Mode::Native,
            schema_in_cache: false,
            logprobs: true,
            images: Accepts::Addresses,
            pdfs: Accepts::Addresses,
        }
    }
}

/// In which form a model may be sent an image or a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Accepts {
    /// In none.
    Nothing,
    /// As bytes.
    Bytes,
    /// As bytes, or by an address from which the provider fetches it.
    Addresses,
}

/// How an answer was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mode {
    /// Plain text, no schema.
    Text,
    /// The provider's own structured output.
    Native,
    /// The schema as that of a tool which the model must call: its server has no structured output.
    Tool,
    /// The schema in words, in the prompt alone: the server takes none.
    Prompted,
}

/// A provider's subset of JSON Schema.
///
/// # Examples
///
/// ```
/// use zyn::schema::{Dialect, Schema};
///
/// for dialect in Dialect::ALL {
///     match Schema::of::<Vec<u8>>()?.for_dialect(dialect) {
///         Ok(sent) => println!("{sent}"),
///         Err(refused) => println!("{dialect}: {refused}"),
///     }
/// }
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// OpenAI's strict mode, which many compatible servers take too.
    OpenAi,
    /// Anthropic's structured outputs.
    Anthropic,
    /// Gemini's `responseJsonSchema`.
    Gemini,
    /// The grammars of llama.cpp and Ollama.
    LlamaCpp,
    /// The whole of JSON Schema, said in the prompt: the server holds no answer to it.
    Prompted,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 5] = [
        Self::OpenAi,
        Self::Anthropic,
        Self::Gemini,
        Self::LlamaCpp,
        Self::Prompted,
    ];
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Gemini",
            Self::LlamaCpp => "llama.cpp",
            Self::Prompted => "in the prompt",
        })
    }
}
