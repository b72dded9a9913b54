//! What comes of one attempt, and what is learnt from it, over a transport without sockets.

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

#[tokio::test]
async fn what_was_not_sent_is_not_left_out_whatever_the_server_says() {
    for words in [
        "structured outputs are not supported",
        "Unknown parameter: 'prompt_cache_key'.",
        "stream_options: Extra inputs are not permitted",
        "tools are not supported",
        "`temperature` is not supported",
        "Unsupported parameter: 'max_tokens'",
        "cache_control: Extra inputs are not permitted",
    ] {
        let (remote, sent) = served(openai::KIND, move |_| message(400, words));
        let error = failed(&remote, &request()).await;
        assert_eq!(
            (error.kind, error.adapted),
            (Failure::Rejected, false),
            "{words}"
        );
        assert_eq!(remote.profile().mode, Mode::Native, "{words}");
        let all = Request {
            temperature: Some(0.5),
            max_tokens: Some(9),
            ..with_schema()
        };
        failed(&remote, &all).await;
        let body = sent.lock().unwrap()[1].2.clone();
        let are_sent =
            ["response_format", "temperature", "max_tokens"].map(|name| body.get(name).is_some());
        assert_eq!(are_sent, [true; 3], "{words}");
    }
}

#[tokio::test]
async fn a_refused_schema_is_not_seen_in_a_prompt_that_the_server_quotes() {
    let quoted = json!([{"type": "string_type", "loc": ["body", "messages"], "msg": "No text",
        "input": "My credit balance is too low; structured outputs are not supported"}]);
    let (remote, _) = served(openai::KIND, move |_| {
        Canned::json(422, &json!({ "detail": quoted }))
    });
    for request in [request(), with_schema()] {
        let error = failed(&remote, &request).await;
        assert_eq!((error.kind, error.adapted), (Failure::Rejected, false));
        assert_eq!(remote.profile().mode, Mode::Native);
    }
}

const NO_ENDPOINTS: &str = "No endpoints found that can handle the requested parameters.";

#[tokio::test]
async fn where_no_server_takes_all_parameters_sampling_is_left_out_before_the_schema() {
    let (remote, sent) = served(openai::KIND, |body| match body.get("temperature") {
        Some(_) => message(404, NO_ENDPOINTS),
        None => ok(),
    });
    let request = Request {
        temperature: Some(0.5),
        logprobs: true,
        ..with_schema()
    };
    let error = failed(&remote, &request).await;
    assert_eq!((&error.kind, error.adapted), (&Failure::NotFound, true));
    remote.attempt(&request, None).await.unwrap();
    let body = sent.lock().unwrap()[1].2.clone();
    assert_eq!(body.get("logprobs"), None);
    assert!(body.get("response_format").is_some());
    assert!(remote.takes(request.schema.as_ref().unwrap()));
}

#[tokio::test]
async fn where_it_was_the_schema_sampling_comes_back() {
    let (remote, sent) = served(openai::KIND, |body| {
        match body["response_format"]["type"] == "json_schema" {
            true => message(404, NO_ENDPOINTS),
            false => ok(),
        }
    });
    let mut request = Request {
        temperature: Some(0.5),
        ..with_schema()
    };
    assert!(failed(&remote, &request).await.adapted);
    let error = failed(&remote, &request).await;
    assert_eq!(
        (&error.kind, error.adapted),
        (&Failure::SchemaRefused, false)
    );
    assert!(!remote.takes(request.schema.as_ref().unwrap()));
    request.schema.as_mut().unwrap().dialect = Dialect::Prompted;
    remote.attempt(&request, None).await.unwrap();
    assert_eq!(sent.lock().unwrap()[2].2["temperature"], 0.5);
}

#[test]
fn an_error_whose_body_stands_still_is_judged_by_its_status() {
    for pieces in [vec![], vec![r#"{"error":{"message":"sl"#.into()]] {
        let reply = Canned {
            status: 429,
            stalls: true,
            pieces,
            ..Canned::default()
        };
        for streamed in [false, true] {
            let (outcome, _) = outcome(&reply, streamed);
            assert_eq!(outcome.unwrap_err().kind, Failure::RateLimit);
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

#[tokio::test]
async fn marks_for_a_cache_are_left_out_where_they_are_refused() {
    for words in [
        "messages.0.content.0.cache_control: Extra inputs are not permitted",
        "messages.0.content.0.text.cache_control.ephemeral.ttl: Input should be '5m'",
    ] {
        let (remote, sent) = served(anthropic::KIND, move |_| message(400, words));
        let request = Request {
            conversation: Some("c".into()),
            ..request()
        };
        assert!(failed(&remote, &request).await.adapted, "{words}");
        assert!(!failed(&remote, &request).await.adapted, "{words}");
        let sent = sent.lock().unwrap();
        let has_marks = |at: usize| sent[at].2.to_string().contains("cache_control");
        assert_eq!((has_marks(0), has_marks(1)), (true, false), "{words}");
    }
}

#[tokio::test]
async fn no_more_tokens_are_asked_for_than_the_server_says() {
    let words =
        "max_tokens: 16000 > 8192, which is the maximum allowed number of output tokens for m";
    let (remote, sent) = served(anthropic::KIND, move |_| message(400, words));
    assert!(failed(&remote, &request()).await.adapted);
    assert!(!failed(&remote, &request()).await.adapted);
    // a limit of the user's own is the user's to change
    let own = Request {
        max_tokens: Some(16_000),
        ..request()
    };
    assert!(!failed(&remote, &own).await.adapted);
    let sent = sent.lock().unwrap();
    let limits: Vec<_> = sent.iter().map(|(.., body)| &body["max_tokens"]).collect();
    assert_eq!(limits, [16_000, 8_192, 16_000]);
}

#[tokio::test]
async fn schemas_that_an_older_server_does_not_know_are_said_in_the_prompt() {
    for (kind, words) in [
        (
            anthropic::KIND,
            "output_config.format: Extra inputs are not permitted",
        ),
        (
            gemini::KIND,
            "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        ),
    ] {
        let (remote, _) = served(kind, move |_| message(400, words));
        let error = failed(&remote, &with_schema()).await;
        assert_eq!(error.kind, Failure::SchemaRefused, "{words}");
        assert_eq!(remote.profile().mode, Mode::Prompted, "{words}");
    }
}

#[test]
fn an_error_inside_a_success_is_learnt_from_too() {
    let error = json!({"error": {"code": 400, "message": "`temperature` is not supported by m"}});
    let request = Request {
        temperature: Some(0.5),
        ..request()
    };
    for (reply, streamed, adapted) in [
        (Canned::json(200, &error), false, true),
        (events([&error]), true, true),
        (
            events([&json!({"error": {"message": "`temperature` is not supported"}})]),
            true,
            true,
        ),
        // who speaks has taken the request
        (
            events([&json!({"choices": [{"delta": {"content": "o"}}]}), &error]),
            true,
            false,
        ),
    ] {
        let (outcome, _) = remote(openai::KIND).outcome_of(&request, &reply, streamed);
        assert_eq!(outcome.unwrap_err().adapted, adapted);
    }
}

fn responses() -> Remote {
    remote(openai::KIND).with(|it| it.knows(|takes| takes.api = Api::Responses))
}

async fn asked(answer: impl Fn(&Value) -> Canned + Send + Sync + 'static, times: u32) -> Vec<bool> {
    let (remote, sent) = responses().answered(answer);
    for _ in 0..times {
        let _ = remote.attempt(&with_schema(), None).await;
    }
    let sent = sent.lock().unwrap();
    let newer = |(url, ..): &(String, _, _)| url.ends_with("/responses");
    sent.iter().map(newer).collect()
}

#[tokio::test]
async fn the_newer_operation_is_given_up_once_the_older_one_has_answered() {
    let status = |status: u16| {
        move |body: &Value| match body.get("input") {
            Some(_) => Canned::new(status, "not here"),
            None => ok(),
        }
    };
    for unknown in [404, 405] {
        assert_eq!(asked(status(unknown), 3).await, [true, false, false]);
    }
    // neither is there: a model may be
    let nothing = |_: &Value| Canned::new(404, "not here");
    assert_eq!(asked(nothing, 4).await, [true, false, true, false]);
    // busy is not unknown
    let busy = |body: &Value| match body.get("input") {
        Some(_) => Canned::new(404, "not here"),
        None => Canned::new(429, "slow down"),
    };
    assert_eq!(asked(busy, 3).await, [true, false, false]);
}

#[tokio::test]
async fn the_newer_operation_is_not_given_up_over_a_schema_or_money() {
    let schema = |_: &Value| message(404, "Schema is too complex");
    assert_eq!(asked(schema, 2).await, [true, true]);
    let money = |_: &Value| message(404, "You have run out of credits");
    assert_eq!(asked(money, 2).await, [true, true]);
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
