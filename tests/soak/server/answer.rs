//! Answers: values of a schema, as far as the schemas of the soak go, and what is none.

use fastrand::Rng;
use serde_json::{Map, Value};

const WORDS: [&str; 8] = [
    "the", "heating", "on", "third", "floor", "has", "been", "cold",
];

/// An answer that is valid: a value of `schema`, or a text where there is none.
pub(super) fn valid(schema: Option<&Value>, rng: &mut Rng) -> String {
    match schema {
        Some(schema) => value(schema, rng).to_string(),
        None => words(rng),
    }
}

/// An answer that is JSON and breaks the schema. As a text nothing breaks one but a blank.
pub(super) fn breaks(schema: Option<&Value>) -> &'static str {
    schema.map_or(" ", |_| r#"{"nobody":"asked for this"}"#)
}

/// An answer that is no JSON.
pub(super) fn prose(schema: Option<&Value>) -> &'static str {
    schema.map_or(" ", |_| "Let me think about it for a while.")
}

fn value(schema: &Value, rng: &mut Rng) -> Value {
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return choices[rng.usize(..choices.len())].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().expect("its properties");
            let filled = properties.iter();
            let filled = filled.map(|(name, schema)| (name.clone(), value(schema, rng)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        Some("array") => {
            let length = rng.usize(1..5);
            (0..length).map(|_| value(&schema["items"], rng)).collect()
        }
        Some("string") => words(rng).into(),
        Some("boolean") => rng.bool().into(),
        other => panic!("no step of the soak asks for {other:?}: {schema}"),
    }
}

fn words(rng: &mut Rng) -> String {
    let count = rng.usize(2..12);
    let words: Vec<_> = (0..count)
        .map(|_| WORDS[rng.usize(..WORDS.len())])
        .collect();
    words.join(" ")
}
