//! What the dialects differ in, as data. Sources are the providers' documentation and recorded answers of their APIs.

use serde_json::Value;

use super::keywords::Column;
use super::limits::{ANTHROPIC, Limit, OPENAI};

pub(super) struct Rules {
    /// The provider, as errors call it.
    pub(super) name: &'static str,
    /// What becomes of the keywords of single values.
    pub(super) column: Column,
    /// How limits are written that are only in words.
    pub(super) limits_in_words: LimitsInWords,
    /// How a field is sent that may be absent.
    pub(super) optional: Optional,
    /// Whether an object that does not say so is closed to further fields.
    pub(super) closes: bool,
    /// Whether an object may have further fields beside those that it names.
    pub(super) further_fields: bool,
    pub(super) maps: Maps,
    pub(super) tuples: Tuples,
    /// Whether a value may be anything.
    pub(super) anything: bool,
    pub(super) definitions: Definitions,
    pub(super) recursion: Recursion,
    /// Which values may be listed in an `enum`.
    pub(super) listed: fn(&Value) -> bool,
    /// From how many items on, over all lists together, the limits of lists are only said in words.
    pub(super) most_items: Option<u64>,
    /// Whether the order of fields must be said, because required ones are written first otherwise.
    pub(super) orders_fields: bool,
    /// What is counted in what is sent.
    pub(super) counted: &'static [Limit],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitsInWords {
    /// `The name. (at least 1; at most 5)`.
    Phrases,
    /// As Anthropic's own libraries write them: `The name.\n\n{minimum: 1, maximum: 5}`.
    Braces,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Optional {
    /// Every field is required; an absent one is `null`.
    Null,
    /// Left out of `required`.
    LeftOut,
    /// Left out of `required`, and `null` too where it means nothing else: a choice costs more than an absence.
    LeftOutNotNull,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Maps {
    Kept,
    /// As a list of objects with `key` and `value`.
    Entries,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tuples {
    Kept,
    /// As a list of so many items, each of which may be what any of them is.
    List,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Definitions {
    /// Under `$defs`; a reference with a description of its own stands in an `anyOf`.
    Kept,
    /// Under `$defs`; what has a description of its own is written out, because an `anyOf` is counted.
    KeptBare,
    /// Written out, unless they contain themselves.
    WrittenOut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recursion {
    Kept,
    /// Only in a field that is not required.
    Optional,
    Refused,
}

/// OpenAI's strict mode. Compatible servers take it too.
pub(super) const OPENAI_STRICT: Rules = Rules {
    name: "OpenAI",
    column: Column::OpenAi,
    limits_in_words: LimitsInWords::Phrases,
    optional: Optional::Null,
    closes: true,
    further_fields: false,
    maps: Maps::Entries,
    tuples: Tuples::List,
    anything: false,
    definitions: Definitions::Kept,
    recursion: Recursion::Kept,
    listed: is_scalar,
    most_items: None,
    orders_fields: false,
    counted: &OPENAI,
};

pub(super) const ANTHROPIC_STRICT: Rules = Rules {
    name: "Anthropic",
    column: Column::Anthropic,
    limits_in_words: LimitsInWords::Braces,
    optional: Optional::LeftOutNotNull,
    definitions: Definitions::KeptBare,
    recursion: Recursion::Refused,
    counted: &ANTHROPIC,
    ..OPENAI_STRICT
};

pub(super) const GEMINI_JSON_SCHEMA: Rules = Rules {
    name: "Gemini",
    column: Column::Gemini,
    optional: Optional::LeftOut,
    closes: false,
    further_fields: true,
    maps: Maps::Kept,
    tuples: Tuples::Kept,
    anything: true,
    recursion: Recursion::Optional,
    listed: |value| value.is_string() || value.is_number(),
    // Measured by others: 400 from about 960 on.
    most_items: Some(900),
    orders_fields: true,
    counted: &[],
    ..OPENAI_STRICT
};

/// The grammars of llama.cpp, which Ollama has from it. They write fields that are not required after all others, so
/// every field is required: models are to fill them in the order in which they are declared. They close objects that do
/// not say so; said, a server that only passes a schema on takes it too.
pub(super) const LLAMA_CPP_GRAMMAR: Rules = Rules {
    name: "llama.cpp",
    column: Column::LlamaCpp,
    optional: Optional::Null,
    closes: true,
    tuples: Tuples::List,
    definitions: Definitions::WrittenOut,
    recursion: Recursion::Kept,
    listed: |_| true,
    most_items: None,
    orders_fields: false,
    ..GEMINI_JSON_SCHEMA
};

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}
