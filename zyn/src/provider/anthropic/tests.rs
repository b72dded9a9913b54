//! The provider over a transport without sockets.

use serde_json::{Value, json};

use super::*;
use crate::llm::{Allowance, Llm};
use crate::provider::canned::{Canned, Sent};
use crate::provider::{Dialect, Failure, Mode, Provider, WireSchema};
use crate::session::Message;

fn over(
    claude: Anthropic,
    answer: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static,
) -> (Anthropic, Sent) {
    let (remote, sent) = claude.0.answered(move |body| {
        let (status, answer) = answer(body);
        Canned::json(status, &answer)
    });
    (Anthropic(remote), sent)
}

fn ok() -> (u16, Value) {
    let text = json!([{"type": "text", "text": "ok"}]);
    (200, json!({"content": text, "stop_reason": "end_turn"}))
}

fn rejected(message: &str) -> (u16, Value) {
    let error = json!({"type": "invalid_request_error", "message": message});
    (400, json!({"type": "error", "error": error}))
}

fn request() -> Request {
    Request {
        id: "fire-1".to_owned(),
        conversation: Some("c-1".into()),
        temperature: Some(0.2),
        ..Request::new(Message::user("hi"))
    }
}

fn allowance() -> Allowance {
    Allowance::of(std::time::Duration::from_secs(60), 0)
}

#[tokio::test]
async fn a_request_goes_to_the_messages_with_key_and_version() {
    let (claude, sent) = over(Anthropic::new("claude-x").key("canary"), |_| ok());
    let response = claude.call(&request()).await.unwrap();
    assert_eq!(response.text, "ok");
    let (url, headers, body) = sent.lock().unwrap()[0].clone();
    assert_eq!(url, "https://api.anthropic.com/v1/messages");
    assert_eq!(headers["x-api-key"], "canary");
    assert_eq!(headers["anthropic-version"], "2023-06-01");
    assert_eq!(headers.get("authorization"), None);
    assert_eq!(body["model"], "claude-x");
    assert!(!format!("{claude:?} {headers:?}").contains("canary"));
}

#[tokio::test]
async fn a_later_version_is_sent_no_temperature() {
    let claude = || Anthropic::new("claude-sonnet-4-6").key("k");
    for (claude, version, temperature) in [
        (claude(), "2023-06-01", json!(0.2)),
        (claude().version("2023-06-01"), "2023-06-01", json!(0.2)),
        (claude().version("2026-10-21"), "2026-10-21", Value::Null),
        (claude().version("2027-01-01"), "2027-01-01", Value::Null),
    ] {
        let (claude, sent) = over(claude, |_| ok());
        claude.call(&request()).await.unwrap();
        let (_, headers, body) = sent.lock().unwrap()[0].clone();
        assert_eq!(headers["anthropic-version"], version);
        assert_eq!(body["temperature"], temperature, "{version}");
    }
}

#[tokio::test]
async fn a_conversation_is_kept_for_minutes_for_an_hour_or_not_at_all() {
    let claude = || Anthropic::new("claude-sonnet-5-5").key("k");
    for (claude, mark) in [
        (claude(), json!({"type": "ephemeral"})),
        (
            claude().cache_for_an_hour(),
            json!({"type": "ephemeral", "ttl": "1h"}),
        ),
        (claude().uncached(), Value::Null),
    ] {
        let (claude, sent) = over(claude, |_| ok());
        claude.call(&request()).await.unwrap();
        let body = sent.lock().unwrap()[0].2.clone();
        assert_eq!(body["messages"][0]["content"][0]["cache_control"], mark);
    }
}

#[test]
fn the_schema_belongs_to_the_cache_unless_the_user_says_otherwise() {
    let claude = || Anthropic::new("claude-sonnet-5-5").key("k");
    assert!(claude().profile().schema_in_cache);
    assert!(!claude().hold_to_schema().profile().schema_in_cache);
    assert!(!claude().uncached().profile().schema_in_cache);
    let both = claude().hold_to_schema().cache_for_an_hour();
    assert!(!both.profile().schema_in_cache);
}

#[tokio::test]
async fn answers_are_held_to_a_schema_while_a_conversation_is_short() {
    let answer = |_: &Value| {
        let text = json!([{"type": "text", "text": r#"{"label":"High"}"#}]);
        (200, json!({"content": text, "stop_reason": "end_turn"}))
    };
    for (hold, held) in [(false, vec![true, false]), (true, vec![true, true])] {
        let claude = Anthropic::new("claude-sonnet-5-5").key("k");
        let claude = match hold {
            true => claude.hold_to_schema(),
            false => claude,
        };
        let (claude, sent) = over(claude, answer);
        let llm = Llm::new(claude);
        let high = crate::classify_among("How urgent is it?", crate::Labels::new(["Low", "High"]));
        let mut session = crate::Session::new();
        for _ in 0..2 {
            let input = "word ".repeat(500);
            high.fire(&llm, &mut session, &*input).await.unwrap();
        }
        let sent = sent.lock().unwrap();
        let found: Vec<_> = sent
            .iter()
            .map(|(.., body)| body.get("output_config").is_some())
            .collect();
        assert_eq!(found, held);
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_refuses_a_temperature_is_sent_none_again() {
    let server = |body: &Value| match body.get("temperature") {
        Some(_) => rejected("`temperature` is deprecated for this model."),
        None => ok(),
    };
    let (claude, sent) = over(Anthropic::new("claude-sonnet-4-6").key("k"), server);
    let llm = Llm::new(claude);
    for _ in 0..2 {
        llm.asks(&request(), &mut allowance(), None).await.unwrap();
    }
    assert_eq!(sent.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_tool_that_must_not_be_forced_makes_the_schema_a_matter_of_the_prompt() {
    let server = |body: &Value| match body.get("tool_choice") {
        Some(_) => rejected("Thinking may not be enabled when tool_choice forces tool use."),
        None => ok(),
    };
    let (claude, _) = over(Anthropic::new("claude-3-7-sonnet").key("k"), server);
    assert_eq!(claude.profile().mode, Mode::Tool);
    let request = Request {
        schema: Some(WireSchema {
            dialect: Dialect::Anthropic,
            name: "A".into(),
            json: "{}".into(),
        }),
        ..request()
    };
    let error = claude.call(&request).await.unwrap_err();
    assert_eq!(error.kind, Failure::SchemaRefused);
    assert_eq!(claude.profile().mode, Mode::Prompted);
}

#[test]
fn debug_shows_host_and_model_only() {
    let claude = Anthropic::new("m").key("canary").header("x-a", "canary");
    let shown = r#"Anthropic { host: "api.anthropic.com", model: "m", .. }"#;
    assert_eq!(format!("{claude:?}"), shown);
}

#[test]
fn a_set_up_that_cannot_work_is_an_error_of_check() {
    for (claude, start) in [
        (
            Anthropic::new("m"),
            "the API key cannot be used: there is none",
        ),
        (
            Anthropic::new("m").key("k").version("canary\n"),
            "the header `anthropic-version` cannot be used",
        ),
        (
            Anthropic::new("m").key("k").header("x-api-key", "canary"),
            "the header `x-api-key` cannot be used: give the key",
        ),
    ] {
        let error = claude.check().unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
