//! Replies by hand. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::openai::KIND;
use crate::provider::remote::Remote;
use crate::provider::{Failure, ProviderError, Response};

const CANARY: &str = "canary-0123456789";

fn read(
    status: u16,
    lines: &[(&'static str, &str)],
    body: impl AsRef<[u8]>,
) -> Result<Response, ProviderError> {
    let mut reply = Canned::new(status, body);
    for (name, value) in lines {
        reply = reply.header(name, value);
    }
    let remote = Remote::new(KIND, "m".to_owned());
    let keyed = remote.with(|remote| remote.key = Some(Key::new(CANARY.into())));
    keyed.outcome(&reply, false).0
}

fn message(message: Value, finish: &str) -> String {
    json!({
        "model": "m-1",
        "choices": [{"finish_reason": finish, "message": message}],
        "usage": {
            "prompt_tokens": 9, "completion_tokens": 4,
            "prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {"reasoning_tokens": 3},
        },
    })
    .to_string()
}

fn paid() -> Usage {
    Usage {
        cached_tokens: 8,
        reasoning_tokens: 3,
        ..Usage::new(9, 4)
    }
}

#[track_caller]
fn text_of(content: Value, wanted: &str) {
    assert_eq!(
        read(200, &[], message(json!({ "content": content }), "stop"))
            .unwrap()
            .text,
        wanted
    );
}

#[track_caller]
fn fails(status: u16, body: impl AsRef<[u8]>, wanted: Failure) {
    assert_eq!(read(status, &[], body).unwrap_err().kind, wanted);
}

#[test]
fn an_answer_comes_with_all_that_was_said_about_it() {
    let response = read(
        200,
        &[("x-request-id", "req_1")],
        message(json!({"content": " {\"a\":1}\n"}), "stop"),
    )
    .unwrap();
    assert_eq!(response.text, " {\"a\":1}\n");
    assert_eq!(response.usage, Some(paid()));
    assert_eq!(response.model.as_deref(), Some("m-1"));
    assert_eq!(response.finish.as_deref(), Some("stop"));
    assert_eq!(response.request_id.as_deref(), Some("req_1"));
}

#[test]
fn a_content_is_a_string_or_parts_without_hidden_reasoning() {
    text_of(json!("a"), "a");
    text_of(
        json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
        "ab",
    );
    text_of(
        json!([{"text": "a"}, "b", {"type": "reasoning", "text": "no"}]),
        "ab",
    );
    text_of(
        json!("<think>\nhm</think>\n\na <think>b</think>"),
        "a <think>b</think>",
    );
}

#[test]
fn usage_may_be_absent_partial_or_null() {
    let usage = |usage: Value| {
        let body = json!({"choices": [{"message": {"content": "a"}}], "usage": usage});
        read(200, &[], body.to_string()).unwrap().usage
    };
    assert_eq!(usage(json!(null)), None);
    assert_eq!(usage(json!({})), None);
    assert_eq!(
        usage(json!({"prompt_tokens": 3, "prompt_tokens_details": null})),
        Some(Usage::new(3, 0))
    );
    let deepseek =
        usage(json!({"prompt_tokens": 3, "completion_tokens": 1, "prompt_cache_hit_tokens": 2}));
    assert_eq!(deepseek.unwrap().cached_tokens, 2);
}

#[test]
fn outcomes_are_found_in_order_and_keep_what_was_paid() {
    let said = |message: Value, finish| {
        let error = read(200, &[], self::message(message, finish)).unwrap_err();
        assert_eq!(error.usage, Some(paid()));
        error.kind
    };
    assert_eq!(
        said(json!({"content": null, "refusal": "I'm sorry"}), "length"),
        Failure::Refusal
    );
    assert_eq!(
        said(
            json!({"content": [{"type": "refusal", "refusal": "no"}]}),
            "stop"
        ),
        Failure::Refusal
    );
    assert_eq!(
        said(json!({"content": "half"}), "content_filter"),
        Failure::Filtered
    );
    assert_eq!(said(json!({"content": ""}), "length"), Failure::Truncated);
    assert_eq!(
        said(json!({"content": "{\"a\":"}), "model_length"),
        Failure::Truncated
    );
    for blank in [
        json!(null),
        json!(""),
        json!(" \n"),
        json!([]),
        json!("<think>a</think> "),
        json!("<think>a"),
    ] {
        assert_eq!(said(json!({"content": blank}), "stop"), Failure::Empty);
    }
    assert_eq!(said(json!({}), "tool_calls"), Failure::Empty);
    assert_eq!(
        said(json!({"content": 7}), "stop"),
        Failure::Protocol {
            what: "a content that is no text"
        }
    );
}

#[test]
fn an_error_inside_a_success_comes_first() {
    let error = json!({"code": 429, "message": "slow down"});
    let refusal = json!({"message": {"refusal": "no"}});
    fails(200, json!({"error": error}).to_string(), Failure::RateLimit);
    fails(
        200,
        json!({"error": error, "choices": [refusal]}).to_string(),
        Failure::RateLimit,
    );
    fails(
        200,
        json!({"choices": [{"error": error, "message": {"content": "half"}}]}).to_string(),
        Failure::RateLimit,
    );
    let ok = json!({"error": null, "choices": [{"error": null, "message": {"content": "a"}}]});
    assert!(read(200, &[], ok.to_string()).is_ok());
}

#[test]
fn what_is_no_completion_is_named() {
    for (body, what) in [
        ("<!DOCTYPE html><html>", "HTML"),
        ("", "an empty body"),
        (" \n", "an empty body"),
        ("{\"choices\":[{\"mess", "broken JSON"),
        ("data: {}\n\n", "a stream"),
        ("OK", "text that is not JSON"),
        ("{}", "no choices"),
        ("[]", "no choices"),
        ("{\"choices\":[]}", "no choices"),
        ("{\"choices\":[{}]}", "no message"),
        ("7", "no choices"),
        ("\u{feff}{}", "no choices"),
    ] {
        fails(200, body, Failure::Protocol { what });
    }
    fails(
        200,
        [0xff, 0xfe],
        Failure::Protocol {
            what: "text that is not JSON",
        },
    );
    fails(
        200,
        format!("{}{}", "[".repeat(9_999), "]".repeat(9_999)),
        Failure::Protocol {
            what: "broken JSON",
        },
    );
}

#[test]
fn an_error_keeps_what_the_server_said() {
    let body = json!({"error": {"message": "no such model", "type": "t", "param": "model", "code": "model_not_found"}});
    let lines = [
        ("request-id", "req_1"),
        ("retry-after", "3"),
        ("x-should-retry", "false"),
    ];
    let error = read(404, &lines, body.to_string()).unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.status),
        (Failure::NotFound, Some(404))
    );
    assert_eq!(
        (error.code.as_deref(), error.request_id.as_deref()),
        (Some("model_not_found"), Some("req_1"))
    );
    assert_eq!(
        (error.retry_after, error.should_retry),
        (Some(Duration::from_secs(3)), Some(false))
    );
    assert_eq!(error.detail(), Some("no such model"));
}

#[test]
fn an_error_without_json_keeps_its_text() {
    let error = read(502, &[], "<html>Bad gateway</html>").unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.detail()),
        (Failure::Server, Some("<html>Bad gateway</html>"))
    );
    let error = read(500, &[], "").unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.detail()),
        (Failure::Server, None)
    );
    fails(307, "", Failure::Redirect);
}

#[test]
fn the_key_survives_nowhere() {
    let echo = json!({"error": {"message": format!("bad key {CANARY} or sk-proj-secret99"), "code": CANARY, "type": CANARY}});
    for (status, body) in [
        (401, echo.to_string()),
        (200, echo.to_string()),
        (500, format!("<html>{CANARY}</html>")),
        (200, message(json!({"refusal": CANARY}), CANARY)),
    ] {
        let error = read(status, &[("x-request-id", CANARY)], body).unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.detail());
        assert!(
            !shown.contains(CANARY) && !shown.contains("secret99"),
            "{shown}"
        );
        assert!(shown.contains("[key]"), "{shown}");
    }
}

/// The text of a stream of these choices, and its tokens.
fn streamed(choices: &[Value]) -> (String, usize) {
    let events = choices.iter().map(|choice| {
        let chunk = json!({ "choices": [choice] });
        format!("data: {chunk}\n\n")
    });
    let body = events.collect::<String>() + "data: [DONE]\n\n";
    let reply = Canned::new(200, body).header("content-type", "text/event-stream");
    let remote = Remote::new(KIND, "m".to_owned());
    let keyed = remote.with(|remote| remote.key = Some(Key::new(CANARY.into())));
    let (outcome, heard) = keyed.outcome(&reply, true);
    let response = outcome.unwrap();
    assert_eq!(heard, response.text);
    (response.text, response.tokens.len())
}

#[test]
fn a_stream_that_ends_with_its_whole_message_says_it_once() {
    let tokens = |count| json!({"content": vec![json!({"token": "a", "logprob": -0.5}); count]});
    let pieces = [
        json!({"delta": {"content": "Par"}, "logprobs": tokens(1)}),
        json!({"delta": {"content": "is"}, "logprobs": tokens(1)}),
    ];
    for whole in [
        json!({"message": {"content": "Paris"}, "logprobs": tokens(2), "finish_reason": "stop"}),
        json!({"delta": null, "message": {"content": "Paris"}, "finish_reason": "stop"}),
    ] {
        let stream = [&pieces[..], std::slice::from_ref(&whole)].concat();
        assert_eq!(streamed(&stream), ("Paris".to_owned(), 2), "{whole}");
        assert_eq!(streamed(std::slice::from_ref(&whole)).0, "Paris");
    }
}

#[test]
fn a_whole_message_behind_a_thought_alone_is_heard() {
    let stream = [
        json!({"delta": {"content": "<think>hm"}}),
        json!({"message": {"content": "<think>hm</think>Paris"}, "finish_reason": "stop"}),
    ];
    assert_eq!(streamed(&stream).0, "Paris");
}
