//! Replies by hand. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::json;

use super::*;
use crate::provider::canned::Canned;
use crate::provider::openai::OpenAi;
use crate::provider::{Failure, ProviderError, Response};

fn remote() -> crate::provider::remote::Remote {
    OpenAi::new("m").key("k").responses().0
}

fn read(body: &Value) -> Result<Response, ProviderError> {
    remote().outcome(&Canned::json(200, body), false).0
}

/// The outcome of a stream of these events, and what was heard of it.
fn stream(events: &[Value]) -> (Result<Response, ProviderError>, String) {
    let lines = events.iter().map(|event| {
        let kind = event["type"].as_str().unwrap_or_default();
        format!("event: {kind}\ndata: {event}\n\n")
    });
    let reply = Canned::new(200, lines.collect::<String>());
    remote().outcome(&reply.header("content-type", "text/event-stream"), true)
}

fn response(status: &str, output: Value) -> Value {
    json!({
        "id": "resp_1", "object": "response", "model": "m-1", "status": status, "error": null,
        "output": output,
        "usage": {
            "input_tokens": 9, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 1},
            "output_tokens": 4, "output_tokens_details": {"reasoning_tokens": 3},
        },
    })
}

fn message(part: Value) -> Value {
    json!([
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "role": "assistant", "content": [part]},
    ])
}

fn text(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn delta(piece: &str) -> Value {
    json!({"type": "response.output_text.delta", "delta": piece, "logprobs": []})
}

fn paid() -> Usage {
    Usage {
        cached_tokens: 8,
        written_tokens: 1,
        reasoning_tokens: 3,
        ..Usage::new(9, 4)
    }
}

#[track_caller]
fn fails(body: &Value, wanted: Failure) {
    let error = read(body).unwrap_err();
    assert_eq!(error.kind, wanted, "{body}");
    let terminal = match body["status"].as_str() {
        Some(status @ ("completed" | "incomplete" | "failed")) => status,
        _ => return,
    };
    // a stream that ends so comes to the same
    let event = json!({"type": format!("response.{terminal}"), "response": body});
    let streamed = stream(&[event]).0.unwrap_err();
    assert_eq!(
        (streamed.kind, streamed.usage),
        (wanted, error.usage),
        "{body}"
    );
}

#[test]
fn an_answer_comes_with_all_that_was_said_about_it() {
    let found = read(&response("completed", message(text(" {\"a\":1}\n")))).unwrap();
    assert_eq!(found.text, " {\"a\":1}\n");
    assert_eq!(found.usage, Some(paid()));
    assert_eq!(found.model.as_deref(), Some("m-1"));
    assert_eq!(found.finish.as_deref(), Some("completed"));
    assert_eq!(found.request_id.as_deref(), Some("resp_1"));
    assert!(found.tokens.is_empty());
}

#[test]
fn only_the_texts_of_messages_are_read_and_all_of_them() {
    let output = json!([
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "no"}]},
        {"type": "message", "content": [text("<think>hm</think>a"), text("b")]},
        {"type": "function_call", "name": "f", "arguments": "{}"},
        {"type": "message", "content": [text("c"), {"type": "new", "text": "no"}]},
    ]);
    assert_eq!(read(&response("completed", output)).unwrap().text, "abc");
}

#[test]
fn outcomes_are_found_in_order_and_keep_what_was_paid() {
    let refusal = || message(json!({"type": "refusal", "refusal": "I'm sorry"}));
    fails(&response("completed", refusal()), Failure::Refusal);
    fails(&response("completed", json!([])), Failure::Empty);
    fails(&response("completed", message(text(" "))), Failure::Empty);
    for (reason, wanted) in [
        (json!({"reason": "max_output_tokens"}), Failure::Truncated),
        (json!({"reason": "content_filter"}), Failure::Filtered),
        (json!({"reason": "something_new"}), Failure::Truncated),
        (json!(null), Failure::Truncated),
    ] {
        let mut body = response("incomplete", message(text("{\"a\":")));
        body["incomplete_details"] = reason;
        assert_eq!(read(&body).unwrap_err().usage, Some(paid()));
        fails(&body, wanted);
    }
    for (error, wanted) in [
        (
            json!({"code": "server_error", "message": "x"}),
            Failure::Server,
        ),
        (json!({"code": "rate_limit_exceeded"}), Failure::RateLimit),
        (json!(null), Failure::Server),
    ] {
        let mut body = response("failed", json!([]));
        body["error"] = error;
        fails(&body, wanted);
    }
    let what = "an answer that is still being written";
    fails(&response("queued", json!([])), Failure::Protocol { what });
}

#[test]
fn what_is_no_response_is_named() {
    for body in [json!({}), json!([]), json!(7), json!({"output": "a"})] {
        fails(&body, Failure::Protocol { what: "no output" });
    }
    fails(&json!({"error": {"code": 429}}), Failure::RateLimit);
}

#[test]
fn the_tokens_of_an_answer_are_read_where_they_are_told() {
    let logprobs = json!([{"token": "a", "bytes": [97], "logprob": -0.5}]);
    let part = json!({"type": "output_text", "text": "a", "logprobs": logprobs});
    let body = response("completed", message(part));
    assert_eq!(read(&body).unwrap().tokens.len(), 1);
    let end = json!({"type": "response.completed", "response": body});
    let told = stream(&[delta("a"), end]).0.unwrap();
    assert_eq!((told.tokens.len(), &*told.text), (1, "a"));
}

#[test]
fn a_stream_is_heard_and_its_end_has_the_rest() {
    let end = json!({"type": "response.completed", "response": response("completed", message(text("ab")))});
    let created =
        json!({"type": "response.created", "response": response("in_progress", json!([]))});
    let new = json!({"type": "response.new", "delta": "no"});
    let (outcome, heard) = stream(&[created, delta("a"), new, delta("b"), end]);
    let found = outcome.unwrap();
    assert_eq!((&*found.text, &*heard), ("ab", "ab"));
    assert_eq!(found.usage, Some(paid()));
    assert_eq!(found.finish.as_deref(), Some("completed"));
}

#[test]
fn what_no_piece_told_is_read_from_the_end() {
    let body = response("completed", message(text("<think>hm</think>ab")));
    let end = json!({"type": "response.completed", "response": body});
    for before in [vec![], vec![delta("<think>hm</think>")]] {
        let (outcome, heard) = stream(&[before, vec![end.clone()]].concat());
        assert_eq!((&*outcome.unwrap().text, &*heard), ("ab", "ab"));
    }
}

#[test]
fn an_end_that_repeats_nothing_leaves_what_was_heard() {
    let end = json!({"type": "response.completed", "response": {"status": "completed"}});
    assert_eq!(stream(&[delta("ab"), end.clone()]).0.unwrap().text, "ab");
    let what = "no output";
    assert_eq!(
        stream(&[end]).0.unwrap_err().kind,
        Failure::Protocol { what }
    );
}

#[test]
fn a_refusal_in_pieces_is_one() {
    let piece = |words| json!({"type": "response.refusal.delta", "delta": words});
    let part = json!({"type": "refusal", "refusal": "I cannot"});
    let end =
        json!({"type": "response.completed", "response": response("completed", message(part))});
    let error = stream(&[piece("I can"), piece("not"), end]).0.unwrap_err();
    assert_eq!(
        (&error.kind, error.detail()),
        (&Failure::Refusal, Some("I cannot"))
    );
    assert_eq!(error.usage, Some(paid()));
}

#[test]
fn an_error_event_is_read_flat_and_nested() {
    for event in [
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": null}),
        json!({"type": "error", "error": {"code": "rate_limit_exceeded", "message": "slow down"}}),
        json!({"error": {"code": "rate_limit_exceeded", "message": "slow down"}}),
    ] {
        let (outcome, heard) = stream(&[delta("a"), event, delta("b")]);
        let error = outcome.unwrap_err();
        assert_eq!(
            (&error.kind, error.detail()),
            (&Failure::RateLimit, Some("slow down"))
        );
        assert_eq!(heard.chars().next(), Some('a'));
    }
}

#[test]
fn a_stream_that_breaks_off_is_no_answer() {
    assert_eq!(
        stream(&[delta("a")]).0.unwrap_err().kind,
        Failure::Interrupted
    );
}
