//! Replies by hand. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use serde_json::{Value, json};

use crate::provider::canned::Canned;
use crate::provider::ollama::KIND;
use crate::provider::recordings::{is_read_alike_in_pieces, keyed, outcome};
use crate::provider::{Failure, ProviderError, Response};
use crate::session::Usage;

fn read(body: &Value) -> Result<Response, ProviderError> {
    outcome(&keyed(KIND), &Canned::json(200, body), false).0
}

fn streamed(lines: &str) -> (Result<Response, ProviderError>, String) {
    let reply = Canned::new(200, lines).header("content-type", "application/x-ndjson");
    is_read_alike_in_pieces(&keyed(KIND), &reply, 20);
    outcome(&keyed(KIND), &reply, true)
}

fn kind(outcome: Result<Response, ProviderError>) -> Failure {
    outcome.unwrap_err().kind
}

fn message(content: &Value, reason: &str) -> Value {
    json!({
        "model": "m:1b",
        "message": {"role": "assistant", "content": content, "thinking": "hm"},
        "done": true,
        "done_reason": reason,
        "prompt_eval_count": 9,
        "eval_count": 4,
    })
}

const ONE: &str = "{\"message\":{\"content\":\"one \"},\"done\":false}\n";

#[test]
fn an_answer_comes_with_all_that_was_said_about_it() {
    let response = read(&message(&json!("a"), "stop")).unwrap();
    assert_eq!(response.text, "a");
    assert_eq!(response.usage, Some(Usage::new(9, 4)));
    assert_eq!(response.model.as_deref(), Some("m:1b"));
    assert_eq!(response.finish.as_deref(), Some("stop"));
    let older = json!("<think>hm</think>\n\na <think>");
    assert_eq!(read(&message(&older, "stop")).unwrap().text, "a <think>");
}

#[test]
fn usage_may_be_absent_or_told_in_part() {
    let usage = |mut body: Value| {
        body["message"] = json!({"content": "a"});
        read(&body).unwrap().usage
    };
    assert_eq!(usage(json!({"done": true})), None);
    assert_eq!(usage(json!({"eval_count": 4})), Some(Usage::new(0, 4)));
    assert_eq!(
        usage(json!({"prompt_eval_count": 9})),
        Some(Usage::new(9, 0))
    );
}

#[test]
fn the_reason_for_ending_decides_and_what_was_paid_is_kept() {
    let cut = read(&message(&json!("half"), "length")).unwrap_err();
    assert_eq!(cut.kind, Failure::Truncated);
    assert_eq!(cut.usage, Some(Usage::new(9, 4)));
    for (content, reason) in [
        (json!(""), "load"),
        (json!(null), "unload"),
        (json!(" "), "stop"),
        (json!("<think>hm"), "stop"),
    ] {
        let body = message(&content, reason);
        assert_eq!(kind(read(&body)), Failure::Empty, "{body}");
        assert_eq!(
            kind(streamed(&body.to_string()).0),
            Failure::Empty,
            "{body}"
        );
    }
}

#[test]
fn what_is_no_answer_of_this_api_is_named() {
    for (body, what) in [
        (json!({}), "no message"),
        (json!([]), "no message"),
        (json!(7), "no message"),
        (json!({"response": "a", "done": true}), "no message"),
        (message(&json!(7), "stop"), "a content that is no text"),
    ] {
        assert_eq!(kind(read(&body)), Failure::Protocol { what }, "{body}");
    }
    for (stream, what) in [
        ("<html>\n</html>\n", "HTML"),
        ("{}\nno JSON\n{}\n", "a piece of a stream that is not JSON"),
    ] {
        assert_eq!(kind(streamed(stream).0), Failure::Protocol { what });
    }
}

#[test]
fn a_stream_ends_with_the_line_that_says_so() {
    let last = message(&json!("two"), "stop");
    for lines in [
        format!("{ONE}\n{last}\n"),
        format!("{ONE}{last}").replace('\n', "\r\n"),
        // older servers give no reason
        format!("{ONE}{}\n", last.to_string().replace("done_reason", "x")),
        format!("{ONE}{last}\n{ONE}"),
    ] {
        let (response, heard) = streamed(&lines);
        let response = response.unwrap();
        assert_eq!(
            (&*response.text, &*heard),
            ("one two", "one two"),
            "{lines}"
        );
        assert_eq!(response.usage, Some(Usage::new(9, 4)));
    }
    let (cut, heard) = streamed(&format!("{ONE}{}", message(&json!(""), "length")));
    assert_eq!((kind(cut), &*heard), (Failure::Truncated, "one "));
}

#[test]
fn a_stream_that_breaks_off_is_an_interruption() {
    for rest in ["", "{\"message\":{\"content\":\"tw", "{"] {
        let (broken, heard) = streamed(&format!("{ONE}{rest}"));
        assert_eq!(
            (kind(broken), &*heard),
            (Failure::Interrupted, "one "),
            "{rest}"
        );
    }
}

#[test]
fn an_error_is_a_line_of_a_stream_too() {
    let error = "{\"error\":\"an error was encountered while running the model\"}";
    for lines in [
        format!("{ONE}{error}\n"),
        format!("{ONE}{error}"),
        format!("{error}\n{ONE}"),
    ] {
        let error = streamed(&lines).0.unwrap_err();
        assert_eq!(error.kind, Failure::Server, "{lines}");
        let said = "an error was encountered while running the model";
        assert_eq!(error.detail(), Some(said), "{lines}");
    }
    assert_eq!(
        kind(read(&json!({"error": "out of memory"}))),
        Failure::Server
    );
}
