//! What becomes of each keyword of a plain schema, dialect by dialect.

use serde_json::Value;

use super::pattern;
use crate::schema::node::{Node, is_annotation};
use crate::schema::phrase;

/// What becomes of a keyword.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// Sent as it is.
    Kept,
    /// Sent as it is if the test holds, else said in words.
    KeptIf(fn(Node<'_>, &Value) -> bool),
    /// Sent as the function writes it, if it can; else said in words.
    As(fn(&Value) -> Option<Value>),
    /// Said in words, in the description.
    Described,
    /// It says nothing about the value that is not said otherwise.
    Dropped,
    /// Rewritten with the walk: the shape of the value.
    Shape,
}

use Fate::{As, Described, Dropped, Kept, KeptIf, Shape};

/// A column of the table.
#[derive(Clone, Copy)]
pub(super) enum Column {
    OpenAi,
    Anthropic,
    Gemini,
    LlamaCpp,
}

const SHAPE: [Fate; 4] = [Shape; 4];

/// Keyword, and its fate in OpenAI's strict mode, Anthropic's, Gemini's `responseJsonSchema` and llama.cpp's grammars.
const FATES: [(&str, [Fate; 4]); 30] = [
    ("$defs", SHAPE),
    ("type", SHAPE),
    ("enum", SHAPE),
    ("const", SHAPE),
    ("properties", SHAPE),
    ("required", SHAPE),
    ("additionalProperties", SHAPE),
    ("patternProperties", SHAPE),
    ("items", SHAPE),
    ("prefixItems", SHAPE),
    ("anyOf", SHAPE),
    ("oneOf", SHAPE),
    ("$ref", SHAPE),
    ("description", SHAPE),
    ("minimum", [Kept, Described, Kept, KeptIf(is_of_integers)]),
    ("maximum", [Kept, Described, Kept, KeptIf(is_of_integers)]),
    ("exclusiveMinimum", [Kept, Described, Described, Described]),
    ("exclusiveMaximum", [Kept, Described, Described, Described]),
    ("multipleOf", [Kept, Described, Described, Described]),
    ("minItems", [Kept, KeptIf(is_at_most_one), Kept, Kept]),
    ("maxItems", [Kept, Described, Kept, Kept]),
    (
        "minLength",
        [Described, Described, Described, KeptIf(is_of_plain_text)],
    ),
    (
        "maxLength",
        [Described, Described, Described, KeptIf(is_of_plain_text)],
    ),
    (
        "format",
        [
            KeptIf(|_, format| is_among(format, &OPENAI_FORMATS)),
            KeptIf(|_, format| is_among(format, &ANTHROPIC_FORMATS)),
            Described,
            KeptIf(|node, format| !has_grammar(node) && is_among(format, &LLAMA_CPP_FORMATS)),
        ],
    ),
    (
        "pattern",
        [
            KeptIf(looks_at_nothing_around),
            Described,
            Described,
            As(pattern::of_a_grammar),
        ],
    ),
    ("uniqueItems", [Described; 4]),
    ("examples", [Described; 4]),
    ("default", [Described, Described, Described, Kept]),
    ("contentEncoding", [Described; 4]),
    ("contentMediaType", [Described; 4]),
];

impl Column {
    fn fate(self, node: Node<'_>, keyword: &str, value: &Value) -> Fate {
        let row = FATES.iter().find(|(name, _)| *name == keyword);
        let Some((_, [openai, anthropic, gemini, llama_cpp])) = row else {
            return match is_annotation(keyword) {
                true => Dropped,
                false => Described,
            };
        };
        let fate = match self {
            Self::OpenAi => openai,
            Self::Anthropic => anthropic,
            Self::Gemini => gemini,
            Self::LlamaCpp => llama_cpp,
        };
        match fate {
            _ if keyword == "format" && phrase::is_numeric(value) => Dropped,
            // Without a type it would limit nothing: every value fits what is sent.
            Kept | KeptIf(_) | As(_) if node.types().is_empty() && node.branches().is_none() => {
                Described
            }
            KeptIf(test) if test(node, value) => Kept,
            KeptIf(_) => Described,
            As(write) if write(value).is_none() => Described,
            fate => *fate,
        }
    }

    /// The keyword's value as it is sent, if it is.
    pub(super) fn sent(self, node: Node<'_>, keyword: &str, value: &Value) -> Option<Value> {
        match self.fate(node, keyword, value) {
            Kept => Some(value.clone()),
            As(write) => write(value),
            _ => None,
        }
    }

    pub(super) fn describes(self, node: Node<'_>, keyword: &str, value: &Value) -> bool {
        matches!(self.fate(node, keyword, value), Described)
    }
}

const OPENAI_FORMATS: [&str; 9] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

const ANTHROPIC_FORMATS: [&str; 10] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
];

const LLAMA_CPP_FORMATS: [&str; 4] = ["date", "time", "date-time", "uuid"];

fn is_among(format: &Value, formats: &[&str]) -> bool {
    format
        .as_str()
        .is_some_and(|format| formats.contains(&format))
}

/// A grammar holds a pattern, else a format, else lengths: one of the three.
fn is_of_plain_text(node: Node<'_>, _: &Value) -> bool {
    let has_format = node
        .get("format")
        .is_some_and(|format| is_among(format, &LLAMA_CPP_FORMATS));
    !has_format && !has_grammar(node)
}

fn has_grammar(node: Node<'_>) -> bool {
    node.get("pattern")
        .and_then(pattern::of_a_grammar)
        .is_some()
}

fn is_of_integers(node: Node<'_>, _: &Value) -> bool {
    !node.types().contains(&"number")
}

fn is_at_most_one(_: Node<'_>, least: &Value) -> bool {
    least.as_u64().is_some_and(|least| least <= 1)
}

fn looks_at_nothing_around(_: Node<'_>, pattern: &Value) -> bool {
    pattern.as_str().is_some_and(|pattern| {
        let groups = ["(?=", "(?!", "(?<=", "(?<!"];
        !groups.iter().any(|group| pattern.contains(group))
    })
}
