//! Replies that real servers gave, where they are at hand: none may panic, each has its outcome.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::KIND;
use crate::provider::Failure;
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::remote::Remote;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/cases/wire");
const SERVERS: [&str; 9] = [
    "openai",
    "llamacpp",
    "groq",
    "mistral",
    "openrouter",
    "deepseek",
    "xai",
    "doubleword",
    "venice",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(path);
        }
    }
}

/// The outcome in a word: `text`, or the failure's name.
fn outcome(response: &Value) -> String {
    let remote = Remote::new(KIND, "m".to_owned()).with(|it| it.key = Some(Key::new("k".into())));
    match remote.outcome(&Canned::recorded(response), false).0 {
        Ok(response) => {
            assert!(!response.text.trim().is_empty());
            "text".to_owned()
        }
        Err(error) => match error.kind {
            Failure::Protocol { what } => what.to_owned(),
            kind => format!("{kind:?}"),
        },
    }
}

/// What the recorder's own words say must come out.
fn expected(name: &str, response: &Value) -> &'static str {
    if let Some((_, outcome)) = EXPECTED.iter().find(|(part, _)| name.contains(part)) {
        return outcome;
    }
    let body = &response["body"];
    let message = &body["choices"][0]["message"];
    if message["refusal"].is_string() {
        return "Refusal";
    }
    match body["choices"][0]["finish_reason"].as_str() {
        Some("length") => "Truncated",
        Some("tool_calls") if message["content"].as_str().unwrap_or("").is_empty() => "Empty",
        Some(_) => "text",
        None => "no outcome is known",
    }
}

/// Replies that are no answers, by a part of the recording's name.
const EXPECTED: &[(&str, &str)] = &[
    (
        "openai/error_identity_edge/chat_completions_validation_error",
        "Rejected",
    ),
    ("llamacpp/error_matrix/context_overflow", "ContextWindow"),
    ("llamacpp/error_matrix/malformed_request_field", "Rejected"),
    ("llamacpp/error_matrix/missing_api_key_is_401", "Auth"),
    (
        "llamacpp/structured_output_matrix/schema_and_grammar_conflict",
        "Server",
    ),
    ("groq/response_identity_edge/auth_rejection", "Auth"),
    ("groq/response_identity_edge/provider_error", "NotFound"),
    ("mistral/response_identity_edge/blocking_error", "NotFound"),
    ("mistral/response_identity_edge/streaming_error", "NotFound"),
    ("deepseek/wire_shape_matrix/blocking_image_only", "Rejected"),
    (
        "deepseek/wire_shape_matrix/chat_completion_rejects_a_bogus_key",
        "Auth",
    ),
    (
        "deepseek/wire_shape_matrix/chat_completion_rejects_an_unknown_model",
        "NotFound",
    ),
    ("doubleword/error_matrix/invalid_key", "Auth"),
    ("doubleword/error_matrix/invalid_temperature", "Rejected"),
    ("doubleword/error_matrix/unknown_model", "NotFound"),
    ("venice/error_envelope/nonexistent_model", "NotFound"),
];

#[test]
fn every_recorded_reply_has_its_outcome() {
    let cases = Path::new(CASES);
    if !cases.is_dir() {
        println!("skipped: there are no recorded exchanges here");
        return;
    }
    let mut paths = Vec::new();
    for server in SERVERS {
        files(&cases.join(server), &mut paths);
    }
    let mut counts = BTreeMap::<String, u32>::new();
    for path in paths {
        let name = path.strip_prefix(cases).unwrap().display().to_string();
        let recording: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for exchange in recording["exchanges"].as_array().unwrap() {
            let response = &exchange["response"];
            let found = outcome(response);
            let chat = exchange["request"]["path"]
                .as_str()
                .unwrap()
                .ends_with("/chat/completions");
            if chat
                && !response["body"]
                    .as_str()
                    .is_some_and(|body| body.contains("data:"))
            {
                assert_eq!(found, expected(&name, response), "{name}");
                *counts.entry(found).or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    assert!(counts.values().sum::<u32>() >= 90, "{counts:?}");
}
