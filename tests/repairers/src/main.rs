//! What two crates that repair JSON make of the replies that zyn is tested with.
//!
//! They know no types, so only the JSON is compared: a text that is repaired into other JSON than is expected is wrong
//! without a word. zyn's own row is printed by `cargo test -p zyn --lib reply::cases -- --nocapture`.
//!
//! `cargo run -p zyn-repairers -- ../shared/cases`

use std::error::Error;

use serde_json::Value;

/// A repairer: JSON text, or why there is none.
type Repair = fn(&str) -> Option<String>;

const REPAIRERS: [(&str, Repair); 2] = [
    ("jsonrepair 0.1.0", |text| {
        jsonrepair::repair_json(text, &jsonrepair::Options::default()).ok()
    }),
    ("llm_json 1.0.3", |text| {
        llm_json::repair_json(text, &llm_json::RepairOptions::default()).ok()
    }),
];

struct Case {
    reply: String,
    /// `None` where there is no right value.
    expected: Option<Value>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1);
    let folder =
        folder.ok_or("say where the cases are: `cargo run -p zyn-repairers -- ../shared/cases`")?;
    println!("| crate | cases | right | error | wrong without a word |");
    for (file, cases) in [
        ("lenient.json", lenient(&folder)?),
        ("schema_aligned.jsonl", schema_aligned(&folder)?),
    ] {
        for (name, repair) in REPAIRERS {
            let (mut right, mut error, mut wrong) = (0, 0, 0);
            for case in &cases {
                let repaired = std::panic::catch_unwind(|| repair(&case.reply))
                    .ok()
                    .flatten();
                let value = repaired.and_then(|text| serde_json::from_str::<Value>(&text).ok());
                match (value, &case.expected) {
                    (Some(value), Some(expected)) if alike(&value, expected) => right += 1,
                    (None, None) => right += 1,
                    (None, Some(_)) => error += 1,
                    (Some(_), _) => wrong += 1,
                }
            }
            println!(
                "| {name} | {file}, {} | {right} | {error} | {wrong} |",
                cases.len()
            );
        }
    }
    Ok(())
}

fn lenient(folder: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let text = std::fs::read_to_string(format!("{folder}/lenient.json"))?;
    let cases: Vec<(String, String, Value)> = serde_json::from_str(&text)?;
    let cases = cases.into_iter().map(|(_, reply, expected)| Case {
        reply,
        expected: Some(expected),
    });
    Ok(cases.collect())
}

/// The cases that expect a value that is JSON: a plain text is no matter of a repairer, a score no value.
fn schema_aligned(folder: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let text = std::fs::read_to_string(format!("{folder}/schema_aligned.jsonl"))?;
    let mut cases = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line)?;
        let target = case["target"].as_str().unwrap_or_default().to_lowercase();
        if case.get("score").is_some()
            || ["primitive(string)", "string()"].contains(&target.as_str())
        {
            continue;
        }
        let fails = case.get("fails").is_some();
        cases.push(Case {
            reply: case["raw"].as_str().unwrap_or_default().to_owned(),
            expected: (!fails).then(|| case["expect"].clone()),
        });
    }
    Ok(cases)
}

/// Equal as numbers, and without fields that are null.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => a.keys().chain(b.keys()).all(|name| {
            let of = |fields: &serde_json::Map<String, Value>| {
                fields.get(name).cloned().unwrap_or_default()
            };
            alike(&of(a), &of(b))
        }),
        (a, b) => a == b,
    }
}
