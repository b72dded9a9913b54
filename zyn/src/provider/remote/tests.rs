//! What comes of one attempt over a transport without sockets.

mod learning;
mod waiting;

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::provider::canned::{Canned, Sent};
use crate::provider::{
    Dialect, Failure, Mode, ProviderError, Request, Response, anthropic, gemini, openai,
};
use crate::session::Message;

fn request() -> Request {
    Request::new(Message::user("hi"))
}

fn with_schema() -> Request {
    Request {
        schema: Some(WireSchema {
            name: "A".into(),
            json: r#"{"type":"object"}"#.into(),
            dialect: Dialect::OpenAi,
        }),
        ..request()
    }
}

fn remote(kind: Kind) -> Remote {
    Remote::new(kind, "m".to_owned()).with(|it| it.base_url = "http://localhost".into())
}

/// A provider whose server answers each request with what is made of its body.
fn served(kind: Kind, answer: impl Fn(&Value) -> Canned + Send + Sync + 'static) -> (Remote, Sent) {
    remote(kind).answered(answer)
}

fn message(status: u16, message: &str) -> Canned {
    Canned::json(status, &json!({"error": {"message": message}}))
}

fn ok() -> Canned {
    let choice = json!({"message": {"content": "ok"}, "finish_reason": "stop"});
    Canned::json(200, &json!({"choices": [choice]}))
}

fn events<'v>(events: impl IntoIterator<Item = &'v Value>) -> Canned {
    let lines = events.into_iter().map(|event| format!("data: {event}\n\n"));
    Canned::new(200, lines.collect::<String>()).header("content-type", "text/event-stream")
}

async fn failed(remote: &Remote, request: &Request) -> ProviderError {
    remote.attempt(request, None).await.unwrap_err()
}

fn outcome(reply: &Canned, streamed: bool) -> (Result<Response, ProviderError>, String) {
    remote(openai::KIND).outcome(reply, streamed)
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_body_stands_still_is_judged_by_its_status() {
    for pieces in [vec![], vec![r#"{"error":{"message":"sl"#.into()]] {
        let reply = Canned {
            status: 429,
            stalls: true,
            pieces,
            ..Canned::default()
        };
        let (remote, _) = served(openai::KIND, move |_| reply.clone());
        for streamed in [false, true] {
            let (request, mut hear) = (request(), |_: &str| {});
            let attempt = remote.attempt(&request, streamed.then_some(&mut hear));
            let outcome = tokio::time::timeout(Duration::from_secs(10), attempt).await;
            let error = outcome.expect("it is given up").unwrap_err();
            assert_eq!(error.kind, Failure::RateLimit);
        }
    }
}

#[test]
fn an_answer_that_the_server_did_not_let_pass_is_an_answer_wherever_it_is_told() {
    let error = json!({"error": {"message": "Failed to validate JSON", "code": "json_validate_failed",
        "type": "invalid_request_error", "failed_generation": "{\"a\":"}});
    let piece = |text: &str| json!({"choices": [{"delta": {"content": text}}]});
    for reply in [
        Canned::json(400, &error),
        events([&error]),
        events([&piece("{\"a"), &error]),
        Canned::json(200, &error),
    ] {
        let (outcome, heard) = outcome(&reply, true);
        let response = outcome.unwrap();
        assert_eq!((&*response.text, &*heard), ("{\"a\":", "{\"a\":"));
        assert_eq!(response.finish.as_deref(), Some("json_validate_failed"));
    }
    let (outcome, heard) = outcome(&events([&piece("other"), &error]), true);
    assert_eq!(
        (outcome.unwrap_err().kind, &*heard),
        (Failure::Rejected, "other")
    );
}

#[test]
fn words_that_are_no_json_are_read() {
    let reply = |status, body: &str| outcome(&Canned::new(status, body), false).0.unwrap_err();
    assert_eq!(reply(429, "insufficient_quota").kind, Failure::Quota);
    let long = reply(400, "This model's maximum context length is 8192 tokens");
    assert_eq!(long.kind, Failure::ContextWindow);
    assert_eq!(
        long.detail(),
        Some("This model's maximum context length is 8192 tokens")
    );
    assert_eq!(reply(429, "\"insufficient_quota\"").kind, Failure::Quota);
    // words of a proxy's page and of a quoted prompt are not the server's
    assert_eq!(
        reply(429, "<p>insufficient_quota</p>").kind,
        Failure::RateLimit
    );
    assert_eq!(
        reply(429, r#"{"input":"insufficient_quota"#).kind,
        Failure::RateLimit
    );
}

#[test]
fn a_long_error_is_read_to_its_end() {
    let body = json!({"a": "x".repeat(100_000), "error": {"code": "insufficient_quota"}});
    let (outcome, _) = outcome(&Canned::json(429, &body), false);
    assert_eq!(outcome.unwrap_err().kind, Failure::Quota);
}

#[tokio::test]
async fn a_header_that_is_added_twice_is_sent_twice_and_an_id_once() {
    let claude = remote(anthropic::KIND).with(|it| {
        for (name, value) in [
            ("anthropic-beta", "a"),
            ("anthropic-beta", "b"),
            ("anthropic-version", "2026-01-01"),
            ("x-client-request-id", "own"),
        ] {
            it.headers.push((name.to_owned(), value.to_owned()));
        }
        it.set_header("openai-project", "first".to_owned());
        it.set_header("OpenAI-Project", "second".to_owned());
    });
    let (claude, sent) = claude.answered(|_| ok());
    let request = Request {
        id: "fire-1".to_owned(),
        ..request()
    };
    let _ = claude.attempt(&request, None).await;
    let headers = sent.lock().unwrap()[0].1.clone();
    let all = |name: &str| {
        let values = headers.get_all(name).iter();
        values.map(|it| it.to_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(all("anthropic-beta"), ["a", "b"]);
    assert_eq!(all("anthropic-version"), ["2026-01-01"]);
    assert_eq!(all("x-client-request-id"), ["fire-1"]);
    assert_eq!(all("openai-project"), ["second"]);
}

#[test]
fn a_provider_tells_its_name_and_what_it_can_before_there_is_a_client() {
    let groq = Remote::new(openai::KIND, "m".to_owned()).with(|it| {
        it.base_url = "https://api.groq.com/openai/v1".into();
        it.key = Some(Key::new("k".into()));
        it.proxy = Some("no address".to_owned());
    });
    assert_eq!(groq.name(), "groq");
    assert_ne!(groq.profile(), Profile::default());
    assert!(groq.state.transport.get().is_none());
    assert_eq!(groq.check(), Err(ConfigError::Proxy));
}

#[test]
fn what_headers_say_about_repeating_counts_where_the_server_says_no() {
    let told = |reply: Canned| {
        let reply = reply
            .header("x-should-retry", "true")
            .header("retry-after", "3");
        let error = outcome(&reply, false).0.unwrap_err();
        (error.should_retry, error.retry_after)
    };
    let choice = |choice: Value| Canned::json(200, &json!({"choices": [choice]}));
    for answered in [
        choice(json!({"message": {"content": ""}, "finish_reason": "stop"})),
        choice(json!({"message": {"content": "", "refusal": "no"}})),
        choice(json!({"message": {"content": "a"}, "finish_reason": "length"})),
        Canned::new(200, "<html>"),
    ] {
        assert_eq!(told(answered), (None, None));
    }
    let both = (Some(true), Some(Duration::from_secs(3)));
    assert_eq!(told(Canned::new(500, "")), both);
    let inside = json!({"error": {"code": 500, "message": "it broke"}});
    assert_eq!(told(Canned::json(200, &inside)), both);
}

#[test]
fn what_a_stream_cost_that_did_not_end_is_not_known() {
    let start = json!({"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}});
    let piece =
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}});
    let end = json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 7}});
    let error = json!({"type": "error", "error": {"type": "api_error", "message": "it broke"}});
    let usage = |reply: Canned| {
        let (outcome, _) = remote(anthropic::KIND).outcome(&reply, true);
        outcome.unwrap_err().usage.map(|usage| usage.output_tokens)
    };
    assert_eq!(usage(events([&start, &piece])), None);
    assert_eq!(usage(events([&start])), None);
    assert_eq!(usage(events([&start, &piece, &error])), None);
    let broken = Canned {
        breaks: true,
        ..events([&start, &piece])
    };
    assert_eq!(usage(broken), None);
    assert_eq!(usage(events([&start, &piece, &end])), Some(7));
}

#[test]
fn the_limit_that_a_stream_reached_is_the_one_that_is_told() {
    let limit = |reply: &Canned| match outcome(reply, true).0.unwrap_err().kind {
        Failure::ReplyTooLarge { limit } => limit,
        other => panic!("{other:?}"),
    };
    let mib = 1024 * 1024;
    let mut reply = events([]);
    reply.pieces = vec![format!("data: {}", "x".repeat(17 * mib)).into()];
    assert_eq!(limit(&reply), 16 * mib);
    let comment = bytes::Bytes::from(format!(":{}\n", " ".repeat(mib)));
    reply.pieces = vec![comment; 65];
    assert_eq!(limit(&reply), 64 * mib);
    let text = json!({"choices": [{"delta": {"content": "x".repeat(9 * mib)}}]});
    assert_eq!(limit(&events([&text])), 8 * mib);
}
