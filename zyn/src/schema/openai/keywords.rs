//! What becomes of each keyword of a plain schema.

use serde_json::Value;

use crate::schema::node::is_annotation;
use crate::schema::phrase;

enum Fate {
    /// Sent as it is.
    Kept,
    /// Sent as it is if the test holds, else said in words.
    KeptIf(fn(&Value) -> bool),
    /// Said in words, in the description.
    Described,
    /// It says nothing about the value that is not said otherwise.
    Dropped,
    /// Rewritten with the walk: the shape of the value.
    Shape,
}

use Fate::{Described, Dropped, Kept, KeptIf, Shape};

const FATES: [(&str, Fate); 30] = [
    ("$defs", Shape),
    ("type", Shape),
    ("enum", Shape),
    ("const", Shape),
    ("properties", Shape),
    ("required", Shape),
    ("additionalProperties", Shape),
    ("patternProperties", Shape),
    ("items", Shape),
    ("prefixItems", Shape),
    ("anyOf", Shape),
    ("oneOf", Shape),
    ("$ref", Shape),
    ("description", Shape),
    ("minimum", Kept),
    ("maximum", Kept),
    ("exclusiveMinimum", Kept),
    ("exclusiveMaximum", Kept),
    ("multipleOf", Kept),
    ("minItems", Kept),
    ("maxItems", Kept),
    ("format", KeptIf(is_known_format)),
    ("pattern", KeptIf(is_plain_pattern)),
    ("minLength", Described),
    ("maxLength", Described),
    ("uniqueItems", Described),
    ("default", Described),
    ("examples", Described),
    ("contentEncoding", Described),
    ("contentMediaType", Described),
];

fn fate(keyword: &str, value: &Value) -> Fate {
    let fate = FATES.into_iter().find(|(name, _)| *name == keyword);
    match fate {
        Some((_, KeptIf(test))) if test(value) => Kept,
        Some((_, KeptIf(_))) if phrase::is_numeric(value) => Dropped,
        Some((_, KeptIf(_))) => Described,
        Some((_, fate)) => fate,
        None if is_annotation(keyword) => Dropped,
        None => Described,
    }
}

pub(super) fn is_kept(keyword: &str, value: &Value) -> bool {
    matches!(fate(keyword, value), Kept)
}

pub(super) fn in_words(keyword: &str, value: &Value) -> Option<String> {
    match fate(keyword, value) {
        Described => phrase::phrase(keyword, value),
        _ => None,
    }
}

fn is_known_format(format: &Value) -> bool {
    const FORMATS: [&str; 9] = [
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
    format
        .as_str()
        .is_some_and(|format| FORMATS.contains(&format))
}

/// OpenAI takes no look-around; llama.cpp answers 400 to a pattern without both anchors.
fn is_plain_pattern(pattern: &Value) -> bool {
    pattern.as_str().is_some_and(|pattern| {
        let looks_around = ["(?=", "(?!", "(?<=", "(?<!"];
        pattern.starts_with('^')
            && pattern.ends_with('$')
            && !looks_around.iter().any(|group| pattern.contains(group))
    })
}
