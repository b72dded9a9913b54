//! Replies by hand. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::time::Duration;

use serde_json::{Value, json};

use crate::provider::canned::Canned;
use crate::provider::gemini::KIND;
use crate::provider::recordings::{is_read_alike_in_pieces, keyed, outcome};
use crate::provider::{Failure, ProviderError, Response};
use crate::session::Usage;

fn read(body: &Value) -> Result<Response, ProviderError> {
    outcome(&keyed(KIND), &Canned::json(200, body), false).0
}

fn candidate(content: &Value, reason: &str) -> Value {
    json!({
        "candidates": [{"content": content, "finishReason": reason}],
        "usageMetadata": {
            "promptTokenCount": 9, "candidatesTokenCount": 4, "thoughtsTokenCount": 3, "cachedContentTokenCount": 8,
        },
        "modelVersion": "gemini-x",
        "responseId": "r-1",
    })
}

fn text(text: &str, reason: &str) -> Value {
    candidate(&json!({"role": "model", "parts": [{"text": text}]}), reason)
}

fn paid() -> Usage {
    Usage {
        cached_tokens: 8,
        reasoning_tokens: 3,
        ..Usage::new(9, 7)
    }
}

/// Chunks as the API sends them, and what stands behind them.
fn stream(chunks: &[Value], rest: &str) -> Canned {
    let chunks: String = chunks
        .iter()
        .map(|it| format!("data: {it}\r\n\r\n"))
        .collect();
    Canned::new(200, format!("{chunks}{rest}")).header("content-type", "text/event-stream")
}

fn streamed(chunks: &[Value], rest: &str) -> (Result<Response, ProviderError>, String) {
    let reply = stream(chunks, rest);
    is_read_alike_in_pieces(&keyed(KIND), &reply, 20);
    outcome(&keyed(KIND), &reply, true)
}

fn kind(outcome: Result<Response, ProviderError>) -> Failure {
    outcome.unwrap_err().kind
}

/// A piece of a stream that does not end it.
fn piece(text: &str) -> Value {
    json!({"candidates": [{"content": {"parts": [{"text": text}]}}]})
}

#[test]
fn an_answer_comes_with_all_that_was_said_about_it() {
    let parts = json!({"parts": [
        {"text": "hm", "thought": true},
        {"text": "<think>a"},
        {"inlineData": {}},
        {"text": "b", "thought": false, "thoughtSignature": "s"},
    ]});
    let response = read(&candidate(&parts, "STOP")).unwrap();
    assert_eq!(response.text, "<think>ab");
    assert_eq!(response.usage, Some(paid()));
    assert_eq!(response.model.as_deref(), Some("gemini-x"));
    assert_eq!(response.finish.as_deref(), Some("STOP"));
    assert_eq!(response.request_id.as_deref(), Some("r-1"));
}

#[test]
fn the_reason_for_ending_decides_and_what_was_paid_is_kept() {
    let (filtered, refusal) = (Failure::Filtered, Failure::Refusal);
    for (reason, wanted) in [
        ("MAX_TOKENS", Failure::Truncated),
        ("SAFETY", filtered.clone()),
        ("RECITATION", filtered.clone()),
        ("BLOCKLIST", filtered.clone()),
        ("PROHIBITED_CONTENT", filtered.clone()),
        ("SPII", filtered.clone()),
        ("IMAGE_SAFETY", filtered.clone()),
        ("IMAGE_PROHIBITED_CONTENT", filtered),
        ("LANGUAGE", refusal),
        ("OTHER", Failure::Server),
        ("MALFORMED_FUNCTION_CALL", Failure::Server),
        ("UNEXPECTED_TOOL_CALL", Failure::Server),
        ("TOO_MANY_TOOL_CALLS", Failure::Server),
        ("CONTINUATION", Failure::Server),
        ("WHO_KNOWS", Failure::Server),
    ] {
        let error = read(&text("half", reason)).unwrap_err();
        assert_eq!(error.kind, wanted, "{reason}");
        assert_eq!(error.usage, Some(paid()), "{reason}");
        assert_eq!(error.request_id.as_deref(), Some("r-1"), "{reason}");
        if error.kind == Failure::Server {
            assert_eq!(error.code.as_deref(), Some(reason));
            assert_eq!(kind(read(&text("", reason))), Failure::Empty, "{reason}");
        }
    }
}

#[test]
fn a_prompt_that_was_held_back_is_filtered() {
    for reason in ["SAFETY", "OTHER", "BLOCKLIST", "MODEL_ARMOR", "JAILBREAK"] {
        let body = json!({"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 5}});
        for error in [
            read(&body).unwrap_err(),
            streamed(&[body], "").0.unwrap_err(),
        ] {
            assert_eq!(error.kind, Failure::Filtered, "{reason}");
            assert_eq!(error.usage, Some(Usage::new(5, 0)));
        }
    }
    let rated = json!({"promptFeedback": {"safetyRatings": []}, "candidates": [{"content": {"parts": [{"text": "a"}]}}]});
    assert_eq!(read(&rated).unwrap().text, "a");
}

#[test]
fn an_answer_without_text_is_empty() {
    for content in [
        json!(null),
        json!({}),
        json!({"role": "model"}),
        json!({"parts": []}),
        json!({"parts": null}),
        json!({"parts": [{"text": " \n"}]}),
        json!({"parts": [{"text": 7}, 7, null]}),
        json!({"parts": [{"text": "hm", "thought": true}]}),
        json!({"parts": [{"functionCall": {"name": "f", "args": {}}}]}),
    ] {
        let body = candidate(&content, "STOP");
        assert_eq!(kind(read(&body)), Failure::Empty, "{content}");
        assert_eq!(kind(streamed(&[body], "").0), Failure::Empty, "{content}");
    }
    for body in [
        json!({"candidates": []}),
        json!({"candidates": [{"finishReason": "STOP"}]}),
        json!({"usageMetadata": {"promptTokenCount": 9}}),
    ] {
        assert_eq!(kind(read(&body)), Failure::Empty, "{body}");
    }
}

#[test]
fn what_is_no_answer_of_this_api_is_named() {
    for body in [
        json!({}),
        json!([]),
        json!(7),
        json!(null),
        json!({"choices": []}),
        json!({"object": "interaction", "status": "completed"}),
    ] {
        let what = "no candidates";
        assert_eq!(kind(read(&body)), Failure::Protocol { what }, "{body}");
    }
}

#[test]
fn the_first_of_several_candidates_is_the_answer() {
    let one = |index: u64, text: &str| json!({"index": index, "content": {"parts": [{"text": text}]}, "finishReason": "STOP"});
    let body = json!({"candidates": [one(1, "b"), one(0, "a")]});
    assert_eq!(read(&body).unwrap().text, "a");
    assert_eq!(streamed(&[body], "").0.unwrap().text, "a");
}

#[test]
fn an_error_inside_a_success_comes_first() {
    let error = json!({"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "31s"},
    ]});
    let mut body = text("a", "STOP");
    body["error"] = error;
    for body in [body.clone(), json!([body])] {
        let error = read(&body).unwrap_err();
        assert_eq!(error.kind, Failure::RateLimit);
        assert_eq!(error.retry_after, Some(Duration::from_secs(31)));
    }
}

#[test]
fn a_stream_is_read_to_its_end_and_its_last_word_counts() {
    let mut first = piece("one ");
    first["usageMetadata"] =
        json!({"promptTokenCount": 9, "candidatesTokenCount": 1, "thoughtsTokenCount": 3});
    let (response, heard) = streamed(
        &[
            first,
            text("two ", "STOP"),
            // some pieces tell less than those before them
            json!({"candidates": [{"content": {"parts": [{"text": "three"}]}}], "usageMetadata": {"promptTokenCount": 9}}),
            json!({"candidates": [{"content": {"parts": [{"text": "", "thoughtSignature": "s"}]}, "finishReason": "STOP"}]}),
        ],
        "",
    );
    let response = response.unwrap();
    assert_eq!(
        (response.text.as_str(), heard.as_str()),
        ("one two three", "one two three")
    );
    assert_eq!(response.usage, Some(paid()));
    let (cut, _) = streamed(&[text("one ", "STOP"), text("two", "MAX_TOKENS")], "");
    assert_eq!(kind(cut), Failure::Truncated);
}

#[test]
fn a_stream_that_breaks_off_is_an_interruption() {
    let unfinished = [piece("one "), piece("two")];
    let (broken, heard) = streamed(&unfinished, "");
    assert_eq!(
        (kind(broken), heard.as_str()),
        (Failure::Interrupted, "one two")
    );
    // the first reason for ending was not the last, and the last did not come
    let (broken, _) = streamed(&[text("one ", "STOP"), piece("two")], "");
    assert_eq!(kind(broken), Failure::Interrupted);
    // in the middle of a piece
    for rest in [
        "data: {\"candidates\": [{\"con",
        "data: {\"candidates\": [{\"con\r\n\r\n",
        "{\n  \"error\": {\n    \"code\": 503,\n",
    ] {
        let (broken, _) = streamed(&unfinished, rest);
        assert_eq!(kind(broken), Failure::Interrupted, "{rest}");
    }
    let mut reset = stream(&unfinished, "");
    reset.breaks = true;
    assert_eq!(
        kind(outcome(&keyed(KIND), &reset, true).0),
        Failure::Interrupted
    );
}

#[test]
fn an_error_in_the_middle_of_a_stream_is_that_error() {
    for (status, name, wanted) in [
        (503, "UNAVAILABLE", Failure::Unavailable),
        (429, "RESOURCE_EXHAUSTED", Failure::RateLimit),
        (500, "INTERNAL", Failure::Server),
        (400, "INVALID_ARGUMENT", Failure::Rejected),
    ] {
        let body =
            json!({"error": {"code": status, "message": "The model said no.", "status": name}});
        let pretty = |body: &Value| serde_json::to_string_pretty(body).unwrap();
        for rest in [
            pretty(&body),
            format!("{}\n", pretty(&body)),
            pretty(&body).replace('\n', "\r\n"),
            pretty(&json!([body])),
            body.to_string(),
            format!("data: {body}\n\n"),
            format!("data: {body}"),
        ] {
            for chunks in [&[][..], &[piece("one ")]] {
                let (outcome, heard) = streamed(chunks, &rest);
                let error = outcome.unwrap_err();
                assert_eq!(error.kind, wanted, "{rest}");
                assert_eq!(error.status, Some(status), "{rest}");
                assert_eq!(error.detail(), Some("The model said no."), "{rest}");
                assert_eq!(heard, "one ".repeat(chunks.len()));
            }
        }
    }
}

#[test]
fn a_stream_told_as_a_list_is_read_too() {
    let list = json!([piece("one "), text("two", "STOP")]);
    let response = read(&list).unwrap();
    assert_eq!(
        (response.text.as_str(), response.usage),
        ("one two", Some(paid()))
    );
    let (response, heard) = streamed(&[], &serde_json::to_string_pretty(&list).unwrap());
    assert_eq!(
        (response.unwrap().text, heard.as_str()),
        ("one two".to_owned(), "one two")
    );
}
