//! Exchanges with real servers of OpenAI's formats, where they are at hand: none may panic, each has its outcome.

mod requests;
mod told;

use std::collections::BTreeMap;

use self::told::Told;
use super::KIND;
use crate::provider::canned::Canned;
use crate::provider::profile::Api;
use crate::provider::recordings::{self, Exchange, is_read_alike_in_pieces, keyed, outcome, word};
use crate::provider::remote::Remote;

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

/// All exchanges of these servers.
fn exchanges() -> Vec<Exchange> {
    SERVERS
        .into_iter()
        .flat_map(recordings::exchanges)
        .collect()
}

/// The operation that was recorded.
fn api(exchange: &Exchange) -> Api {
    match exchange.request["path"].as_str() {
        Some(path) if path.ends_with("/responses") => Api::Responses,
        _ => Api::Chat,
    }
}

fn remote(api: Api) -> Remote {
    keyed(KIND).with(|it| {
        it.knows(match api {
            Api::Chat => |takes| takes.api = Api::Chat,
            Api::Responses => |takes| takes.api = Api::Responses,
        });
    })
}

#[test]
fn every_recorded_reply_has_its_outcome() {
    let exchanges = exchanges();
    let mut counts = BTreeMap::<String, u32>::new();
    for exchange in &exchanges {
        let name = &exchange.name;
        let reply = Canned::recorded(&exchange.response);
        let (outcome, heard) = outcome(&remote(api(exchange)), &reply, exchange.is_streamed());
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
        let kind = format!("{:?} {}", api(exchange), word(&outcome));
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
        for other in [Api::Chat, Api::Responses] {
            for streamed in [false, true] {
                let reply = Canned::recorded(&exchange.response);
                let (outcome, _) = remote(other).outcome(&reply, streamed);
                let is_answer = outcome.is_ok() && other != api(&exchange);
                assert!(!is_answer, "{}", exchange.name);
            }
        }
    }
}

#[test]
fn every_recorded_stream_is_read_alike_in_whatever_pieces_it_comes() {
    let mut streams = 0;
    for exchange in exchanges() {
        if exchange.stream().is_some() {
            let reply = Canned::recorded(&exchange.response);
            is_read_alike_in_pieces(&remote(api(&exchange)), &reply, 40);
            streams += 1;
        }
    }
    println!("{streams} streams");
}
