//! Exchanges with real servers of OpenAI's formats, where they are at hand: none may panic, each has its outcome.

mod requests;
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use fastrand::Rng;
use serde_json::Value;

use self::told::Told;
use super::KIND;
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::profile::Api;
use crate::provider::remote::Remote;
use crate::provider::{Failure, ProviderError, Response};

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

/// What must come out where the recording does not say it itself, by a part of its name. `text`, or a failure.
const EXPECTED: &[(&str, &str)] = &[
    ("openai/error_envelope/nonexistent_model", "NotFound"),
    ("openai/error_identity_edge/auth_rejection", "Auth"),
    (
        "openai/error_identity_edge/chat_completions_validation_error",
        "Rejected",
    ),
    ("openai/error_identity_edge/extractor_failure", "NotFound"),
    ("openai/error_identity_edge/model_listing", "Auth"),
    (
        "openai/error_identity_edge/nonexistent_previous_response",
        "Rejected",
    ),
    (
        "openai/error_identity_edge/streaming_connect_4xx",
        "NotFound",
    ),
    ("openai/error_identity_edge/verify_reports", "Auth"),
    // a thought that was cut, although its server says that all is well
    ("openai/vllm/responses_api_accepts_null_metadata", "Empty"),
    ("llamacpp/error_matrix/context_overflow", "ContextWindow"),
    (
        "llamacpp/error_matrix/embeddings_input_past_the_batch",
        "Server",
    ),
    (
        "llamacpp/error_matrix/embeddings_without_the_flag",
        "Server",
    ),
    ("llamacpp/error_matrix/malformed_request_field", "Rejected"),
    ("llamacpp/error_matrix/missing_api_key_is_401", "Auth"),
    ("llamacpp/error_matrix/rerank_empty_documents", "Rejected"),
    ("llamacpp/error_matrix/rerank_without_a_reranker", "Server"),
    // what the server says of itself
    ("llamacpp/error_matrix/verify_accepts_the_key", "no choices"),
    ("llamacpp/error_matrix/verify_rejects_a_missing_key", "Auth"),
    (
        "llamacpp/structured_output_matrix/schema_and_grammar_conflict",
        "Server",
    ),
    ("groq/models/list_models_rejected_key", "Auth"),
    ("groq/response_identity_edge/auth_rejection", "Auth"),
    ("groq/response_identity_edge/provider_error", "NotFound"),
    ("mistral/models/list_models_rejected_key", "Auth"),
    ("mistral/response_identity_edge/blocking_error", "NotFound"),
    ("mistral/response_identity_edge/streaming_error", "NotFound"),
    ("deepseek/models/list_models_rejected_key", "Auth"),
    ("deepseek/wire_shape_matrix/blocking_image_only", "Rejected"),
    (
        "deepseek/wire_shape_matrix/chat_completion_rejects_a_bogus_key",
        "Auth",
    ),
    (
        "deepseek/wire_shape_matrix/chat_completion_rejects_an_unknown_model",
        "NotFound",
    ),
    ("xai/response_identity/auth_rejection", "Auth"),
    ("doubleword/error_matrix/invalid_key", "Auth"),
    ("doubleword/error_matrix/invalid_temperature", "Rejected"),
    ("doubleword/error_matrix/unknown_model", "NotFound"),
    ("venice/error_envelope/nonexistent_model", "NotFound"),
];

struct Exchange {
    name: String,
    request: Value,
    response: Value,
}

impl Exchange {
    fn is_streamed(&self) -> bool {
        self.request["body"]["stream"] == true
    }

    fn api(&self) -> Api {
        match self.request["path"].as_str() {
            Some(path) if path.ends_with("/responses") => Api::Responses,
            _ => Api::Chat,
        }
    }

    /// What comes of `reply`, in the operation that was recorded.
    fn outcome(&self, reply: &Canned) -> (Result<Response, ProviderError>, String) {
        remote(self.api()).outcome(reply, self.is_streamed())
    }
}

/// All exchanges of these servers; none, and a word about it, where they are not at hand.
fn exchanges() -> Vec<Exchange> {
    let cases = Path::new(CASES);
    if !cases.is_dir() {
        println!("skipped: there are no recorded exchanges here");
        return Vec::new();
    }
    let mut paths = Vec::new();
    for server in SERVERS {
        files(&cases.join(server), &mut paths);
    }
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(cases).unwrap().display().to_string();
        let recording: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for exchange in recording["exchanges"].as_array().unwrap() {
            found.push(Exchange {
                name: name.clone(),
                request: exchange["request"].clone(),
                response: exchange["response"].clone(),
            });
        }
    }
    found
}

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

fn remote(api: Api) -> Remote {
    Remote::new(KIND, "m".to_owned()).with(|it| {
        it.key = Some(Key::new("k".into()));
        it.knows(match api {
            Api::Chat => |takes| takes.api = Api::Chat,
            Api::Responses => |takes| takes.api = Api::Responses,
        });
    })
}

/// An outcome in a word: `text`, or the failure's name.
fn word(outcome: &Result<Response, ProviderError>) -> String {
    match outcome {
        Ok(response) => {
            assert!(!response.text.trim().is_empty());
            "text".to_owned()
        }
        Err(error) => match &error.kind {
            Failure::Protocol { what } => (*what).to_owned(),
            kind => format!("{kind:?}"),
        },
    }
}

#[test]
fn every_recorded_reply_has_its_outcome() {
    let exchanges = exchanges();
    let mut counts = BTreeMap::<String, u32>::new();
    for exchange in &exchanges {
        let name = &exchange.name;
        let (outcome, heard) = exchange.outcome(&Canned::recorded(&exchange.response));
        let row = EXPECTED.iter().find(|(part, _)| name.contains(part));
        let told = Told::by(&exchange.response);
        let expected = row.map_or_else(|| told.outcome(), |(_, outcome)| outcome);
        assert_eq!(word(&outcome), expected, "{name}");
        if let Ok(response) = &outcome {
            assert_eq!(response.text, told.text, "{name}");
            assert!(
                response.usage.is_some() && response.model.is_some(),
                "{name}"
            );
            let all_heard = if exchange.is_streamed() {
                &told.text
            } else {
                ""
            };
            assert_eq!(heard, all_heard, "{name}");
        }
        let kind = format!("{:?} {}", exchange.api(), word(&outcome));
        *counts.entry(kind).or_default() += 1;
    }
    println!("{counts:#?} of {}", exchanges.len());
    let unused = EXPECTED
        .iter()
        .filter(|(part, _)| !exchanges.iter().any(|it| it.name.contains(part)));
    assert!(exchanges.is_empty() || unused.count() == 0);
    assert!(exchanges.is_empty() || exchanges.len() >= 170);
}

#[test]
fn no_recorded_reply_is_too_much_for_an_operation_that_it_is_not_for() {
    for exchange in exchanges() {
        for api in [Api::Chat, Api::Responses] {
            for streamed in [false, true] {
                let reply = Canned::recorded(&exchange.response);
                let (outcome, _) = remote(api).outcome(&reply, streamed);
                let is_answer = outcome.is_ok() && api != exchange.api();
                assert!(!is_answer, "{}", exchange.name);
            }
        }
    }
}

#[test]
fn a_recorded_stream_comes_to_the_same_wherever_it_is_split() {
    let mut rng = Rng::with_seed(1);
    let mut count = 0;
    for exchange in exchanges() {
        let Some(body) = exchange.response["body"].as_str() else {
            continue;
        };
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        let mut reply = Canned::recorded(&exchange.response);
        let wanted = exchange.outcome(&reply);
        let shown = |(outcome, heard): &(Result<Response, ProviderError>, String)| {
            let text = outcome.as_ref().map_or("", |it| &*it.text).to_owned();
            (format!("{outcome:?}"), text, heard.clone())
        };
        for _ in 0..40 {
            // few large pieces, or many small ones
            let largest = 1 << rng.u32(1..16);
            let most = 1 + rng.usize(..bytes.len().min(largest));
            reply.pieces = split(&bytes, most, &mut rng);
            let found = exchange.outcome(&reply);
            assert_eq!(shown(&found), shown(&wanted), "{}", exchange.name);
        }
        count += 1;
    }
    println!("{count} streams");
}

/// `bytes` in pieces of at most `most`.
fn split(bytes: &Bytes, most: usize, rng: &mut Rng) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        let length = 1 + rng.usize(..most.min(rest.len()));
        pieces.push(rest.split_to(length));
    }
    pieces
}
