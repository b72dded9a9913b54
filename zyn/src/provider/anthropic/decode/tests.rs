use serde_json::json;

use super::super::KIND;
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::remote::Remote;
use crate::provider::{Failure, ProviderError, Response};
use crate::session::Usage;

use serde_json::Value;

fn remote() -> Remote {
    Remote::new(KIND, "m".to_owned()).with(|it| it.key = Some(Key::new("k".into())))
}

fn read(body: &Value) -> Result<Response, ProviderError> {
    let reply = Canned::json(200, body).header("request-id", "req_1");
    remote().outcome(&reply, false).0
}

fn stream(events: &[Value]) -> (Result<Response, ProviderError>, String) {
    let lines = events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"]));
    let reply = Canned::new(200, lines.collect::<String>());
    let reply = reply.header("content-type", "text/event-stream; charset=utf-8");
    remote().outcome(&reply, true)
}

fn message(content: Value, stop_reason: &str) -> Value {
    json!({"type": "message", "model": "claude-x", "content": content, "stop_reason": stop_reason})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn start(usage: Value) -> Value {
    json!({"type": "message_start", "message": {"model": "claude-x", "content": [], "usage": usage}})
}

fn delta(delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": 0, "delta": delta})
}

fn piece(text: &str) -> Value {
    delta(json!({"type": "text_delta", "text": text}))
}

fn end(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 7}})
}

fn stop() -> Value {
    json!({"type": "message_stop"})
}

#[test]
fn blocks_of_text_are_joined_and_thoughts_left_out() {
    let content = json!([
        {"type": "thinking", "thinking": "no", "signature": "s"},
        {"type": "redacted_thinking", "data": "no"},
        text("a "),
        {"type": "something_new", "text": "no"},
        text("b"),
    ]);
    let response = read(&message(content, "end_turn")).unwrap();
    assert_eq!(response.text, "a b");
    assert_eq!(response.model.as_deref(), Some("claude-x"));
    assert_eq!(response.finish.as_deref(), Some("end_turn"));
    assert_eq!(response.request_id.as_deref(), Some("req_1"));
}

#[test]
fn the_input_of_a_tool_is_the_answer() {
    let called = json!([{"type": "tool_use", "name": "A", "input": {"z": "ü", "a": [1]}}]);
    let response = read(&message(called, "tool_use")).unwrap();
    assert_eq!(response.text, r#"{"z":"ü","a":[1]}"#);
    let without = json!([{"type": "tool_use", "name": "A", "input": {}}]);
    assert_eq!(read(&message(without, "tool_use")).unwrap().text, "{}");
}

#[test]
fn the_input_of_a_tool_is_heard_while_it_is_written() {
    let input = |json: &str| delta(json!({"type": "input_json_delta", "partial_json": json}));
    let called =
        json!({"type": "content_block_start", "content_block": {"type": "tool_use", "input": {}}});
    let (outcome, heard) = stream(&[
        start(json!({})),
        called.clone(),
        input(""),
        input("{\"a\""),
        input(": 1}"),
        end("tool_use"),
        stop(),
    ]);
    assert_eq!(
        (outcome.unwrap().text, &*heard),
        (heard.clone(), "{\"a\": 1}")
    );
    let (outcome, heard) = stream(&[start(json!({})), called, input(""), end("tool_use"), stop()]);
    assert_eq!((outcome.unwrap().text, &*heard), (heard.clone(), "{}"));
}

#[test]
fn every_ending_has_its_outcome() {
    for (reason, outcome) in [
        ("end_turn", None),
        ("stop_sequence", None),
        ("tool_use", None),
        ("one_of_next_year", None),
        ("max_tokens", Some(Failure::Truncated)),
        ("model_context_window_exceeded", Some(Failure::Truncated)),
        ("refusal", Some(Failure::Refusal)),
        (
            "pause_turn",
            Some(Failure::Protocol {
                what: "a turn that waits for tools of the server's, of which none was sent",
            }),
        ),
    ] {
        let whole = read(&message(json!([text("ok")]), reason));
        assert_eq!(whole.err().map(|error| error.kind), outcome, "{reason}");
        let (streamed, heard) = stream(&[start(json!({})), piece("ok"), end(reason), stop()]);
        assert_eq!(streamed.err().map(|error| error.kind), outcome, "{reason}");
        assert_eq!(heard, "ok");
    }
}

#[test]
fn a_refusal_says_why() {
    for (details, words) in [
        (
            json!({"type": "refusal", "category": "cyber", "explanation": "No."}),
            Some("No."),
        ),
        (
            json!({"type": "refusal", "category": "cyber", "explanation": null}),
            Some("cyber"),
        ),
        (Value::Null, None),
    ] {
        let mut body = message(json!([]), "refusal");
        body["stop_details"] = details;
        let error = read(&body).unwrap_err();
        assert_eq!((&error.kind, error.detail()), (&Failure::Refusal, words));
    }
}

#[test]
fn an_answer_without_text_is_empty_and_one_without_content_is_none() {
    for content in [json!([]), json!([text(" \n")])] {
        let error = read(&message(content, "end_turn")).unwrap_err();
        assert_eq!(error.kind, Failure::Empty);
    }
    let none = Failure::Protocol { what: "no content" };
    for body in [json!({}), message(json!("text"), "end_turn"), json!([])] {
        assert_eq!(read(&body).unwrap_err().kind, none, "{body}");
    }
}

#[test]
fn input_tokens_are_the_sum_of_those_read_kept_and_new() {
    let mut body = message(json!([text("ok")]), "end_turn");
    body["usage"] = json!({
        "input_tokens": 5, "cache_read_input_tokens": 700, "cache_creation_input_tokens": 60,
        "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4},
    });
    let wanted = Usage {
        input_tokens: 765,
        output_tokens: 9,
        cached_tokens: 700,
        written_tokens: 60,
        reasoning_tokens: 4,
    };
    assert_eq!(read(&body).unwrap().usage, Some(wanted));
    body["usage"] = json!(null);
    assert_eq!(read(&body).unwrap().usage, None);
}

#[test]
fn the_tokens_of_a_stream_are_told_in_two_parts() {
    let begun = json!({
        "input_tokens": 5, "cache_read_input_tokens": 700, "cache_creation_input_tokens": 60, "output_tokens": 1,
    });
    let usage = |events: &[Value]| stream(events).0.unwrap().usage.unwrap();
    let used = usage(&[start(begun.clone()), piece("ok"), end("end_turn"), stop()]);
    assert_eq!((used.input_tokens, used.output_tokens), (765, 7));
    assert_eq!((used.cached_tokens, used.written_tokens), (700, 60));
    let mut again = end("end_turn");
    again["usage"]["input_tokens"] = json!(6);
    let used = usage(&[start(begun), piece("ok"), again, stop()]);
    assert_eq!((used.input_tokens, used.output_tokens), (766, 7));
}

#[test]
fn pings_and_what_nobody_knows_are_no_part_of_a_stream() {
    let (outcome, heard) = stream(&[
        json!({"type": "ping"}),
        start(json!({})),
        json!({"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}}),
        delta(json!({"type": "thinking_delta", "thinking": "no"})),
        delta(json!({"type": "signature_delta", "signature": "no"})),
        json!({"type": "content_block_start", "content_block": text("o")}),
        piece("k"),
        json!({"type": "content_block_stop"}),
        json!({"type": "of_next_year", "delta": {"text": "no"}}),
        end("end_turn"),
        stop(),
        piece("behind the end"),
    ]);
    assert_eq!((outcome.unwrap().text, &*heard), (heard.clone(), "ok"));
}

#[test]
fn an_error_inside_a_stream_is_that_error() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_7"});
    let (outcome, heard) = stream(&[start(json!({"input_tokens": 5})), piece("o"), error]);
    let error = outcome.unwrap_err();
    assert_eq!((&error.kind, &*heard), (&Failure::Overloaded, "o"));
    assert_eq!(error.request_id.as_deref(), Some("req_7"));
    // more was paid than had been told by then
    assert_eq!(error.usage, None);
}

#[test]
fn a_stream_that_breaks_off_is_no_answer() {
    let (outcome, heard) = stream(&[start(json!({})), piece("half")]);
    assert_eq!(outcome.unwrap_err().kind, Failure::Interrupted);
    assert_eq!(heard, "half");
    let reply = Canned::new(200, "event: message_start\ndata: {\n\n");
    let (outcome, _) = remote().outcome(&reply.header("content-type", "text/event-stream"), true);
    assert!(matches!(
        outcome.unwrap_err().kind,
        Failure::Protocol { .. }
    ));
}

#[test]
fn a_request_id_may_stand_in_the_body() {
    let mut body = message(json!([text("ok")]), "end_turn");
    body["request_id"] = json!("req_9");
    let response = remote()
        .outcome(&Canned::json(200, &body), false)
        .0
        .unwrap();
    assert_eq!(response.request_id.as_deref(), Some("req_9"));
}
