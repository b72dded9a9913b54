//! What Anthropic's API answered to real schemas, beside what becomes of them here.
//!
//! Compiled under `cfg(test)` alone.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::limits::{ANTHROPIC, refused};
use crate::provider::Dialect;
use crate::schema::{Rewrite, Schema, Verdict};

/// What zyn does with the schemas of one request.
#[derive(Debug, PartialEq)]
enum Here {
    /// They are sent as they are.
    Sent,
    /// They are sent in another form: what was changed.
    Changed(String),
    /// None is sent: the reason.
    Refused(String),
}

fn here(schemas: &[&Value]) -> Here {
    let mut sent = Vec::new();
    let mut changes = Vec::new();
    for document in schemas {
        let rewritten = Schema::from_value("Recorded", (*document).clone())
            .and_then(|schema| schema.for_dialect(Dialect::Anthropic));
        let rewritten = match rewritten {
            Ok(rewritten) => rewritten,
            Err(error) => return Here::Refused(error.to_string()),
        };
        let not_exact = |rewrite: &&Rewrite| rewrite.verdict != Verdict::Exact;
        let not_exact = rewritten.verdicts().iter().filter(not_exact);
        changes.extend(not_exact.map(Rewrite::to_string));
        sent.push(serde_json::from_str::<Value>(&rewritten.wire().json).unwrap());
    }
    match refused(&ANTHROPIC, &sent.iter().collect::<Vec<_>>()) {
        Some(over) => Here::Refused(over.to_string()),
        None if changes.is_empty() => Here::Sent,
        None => Here::Changed(changes.join(", ")),
    }
}

/// The schemas of a request to which the API holds the answer.
fn strict(body: &Value) -> Vec<&Value> {
    let tools = body["tools"].as_array().into_iter().flatten();
    let tools = tools
        .filter(|tool| tool["strict"] == true)
        .map(|tool| &tool["input_schema"]);
    let format = body.pointer("/output_config/format/schema").into_iter();
    tools.chain(format).collect()
}

#[test]
fn what_the_api_took_is_sent_and_what_it_refused_is_not() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/cases/wire/anthropic"
    );
    if !Path::new(folder).exists() {
        println!("skipped: {folder} is not there");
        return;
    }
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| fs::read_dir(entry.unwrap().path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (mut asked, mut agreed) = (0, 0);
    for file in files {
        let recorded: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let case = file.file_stem().unwrap().to_string_lossy().into_owned();
        for exchange in recorded["exchanges"].as_array().unwrap() {
            let schemas = strict(&exchange["request"]["body"]);
            let status = exchange["response"]["status"].as_u64().unwrap();
            if schemas.is_empty() || ![200, 400].contains(&status) {
                continue;
            }
            let here = here(&schemas);
            let agrees = match here {
                Here::Sent => status == 200,
                Here::Changed(_) => true,
                Here::Refused(_) => status == 400,
            };
            let told = match &here {
                Here::Sent => "sent as it is".to_owned(),
                Here::Changed(changes) => format!("sent in another form: {changes}"),
                Here::Refused(reason) => format!("not sent: {reason}"),
            };
            println!("{} {status} {case}: {told}", if agrees { "=" } else { "!" });
            asked += 1;
            agreed += usize::from(agrees);
        }
    }
    println!("{agreed} of {asked} agree");
    assert_eq!(agreed, asked);
    assert!(asked > 40, "only {asked} cases");
}

/// The same in small, for where the recordings are not.
#[test]
fn what_is_known_to_be_refused_is_not_sent() {
    let fields = |count: usize, field: &Value, required: bool| {
        let names: Vec<String> = (0..count).map(|n| format!("f{n}")).collect();
        let fields: serde_json::Map<_, _> = names
            .iter()
            .map(|name| (name.clone(), field.clone()))
            .collect();
        let required = if required { names } else { Vec::new() };
        json!({"type": "object", "properties": fields, "required": required})
    };
    let text = json!({"type": "string"});
    let nullable = json!({"type": ["string", "null"]});
    let not_sent = |document: Value| match here(&[&document]) {
        Here::Refused(reason) => reason,
        other => panic!("{document}: {other:?}"),
    };
    assert!(not_sent(fields(25, &text, false)).contains("25 fields that may be absent"));
    assert!(not_sent(fields(24, &text, false)).contains("24 fields in one object"));
    assert!(not_sent(fields(17, &nullable, true)).contains("17 fields of several types"));
    assert!(not_sent(fields(13, &nullable, true)).contains("13 fields of several types in one"));
    assert!(not_sent(json!(true)).contains("any value fits"));
    let chain = json!({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}});
    assert!(not_sent(chain).contains("contains itself"));

    assert_eq!(here(&[&fields(23, &text, false)]), Here::Sent);
    assert_eq!(here(&[&fields(12, &nullable, true)]), Here::Sent);
    // What may be absent needs no `null`.
    let absent = here(&[&fields(23, &nullable, false)]);
    assert!(matches!(absent, Here::Changed(_)), "{absent:?}");
    let wrapped = here(&[&text]);
    assert_eq!(
        wrapped,
        Here::Changed("the whole: encoded, wrapped as {\"value\": …}".to_owned())
    );
    let one = fields(1, &text, true);
    assert_eq!(here(&[&one; 20]), Here::Sent);
    assert!(matches!(here(&[&one; 21]), Here::Refused(_)));
}

#[test]
fn the_fields_of_a_named_type_are_not_counted_with_those_of_the_whole() {
    let inner = |n: usize| {
        let fields: serde_json::Map<_, _> = (0..20)
            .map(|field| (format!("f{n}_{field}"), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": fields})
    };
    let document = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/B"}},
        "required": ["a", "b"],
        "$defs": {"A": inner(1), "B": inner(2)},
    });
    assert_eq!(here(&[&document]), Here::Sent);
}
