//! The provider over a transport without sockets.

use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::*;
use crate::llm::{Allowance, Llm};
use crate::provider::canned::{Canned, Sent};
use crate::provider::{Dialect, Failure, Provider, Request, WireSchema};
use crate::session::Message;

fn over(
    openai: OpenAi,
    answer: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static,
) -> (OpenAi, Sent) {
    let (remote, sent) = openai.0.answered(move |body| {
        let (status, answer) = answer(body);
        Canned::json(status, &answer)
    });
    (OpenAi(remote), sent)
}

fn ok() -> (u16, Value) {
    (
        200,
        json!({"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]}),
    )
}

fn unsupported(param: &str) -> (u16, Value) {
    (
        400,
        json!({"error": {"code": "unsupported_parameter", "param": param, "message": "no"}}),
    )
}

fn request() -> Request {
    Request {
        id: "fire-1".to_owned(),
        temperature: Some(0.2),
        max_tokens: Some(9),
        ..Request::new(Message::user("hi"))
    }
}

fn allowance() -> Allowance {
    Allowance::of(std::time::Duration::from_secs(60), 0)
}

#[tokio::test(start_paused = true)]
async fn what_the_server_refuses_is_left_out_or_renamed_and_not_tried_again() {
    let server = |body: &Value| {
        if body.get("temperature").is_some() {
            unsupported("temperature")
        } else if body.get("max_tokens").is_some() {
            unsupported("max_tokens")
        } else if body.get("logprobs").is_some() {
            unsupported("logprobs")
        } else {
            ok()
        }
    };
    let (openai, sent) = over(OpenAi::new("m").base_url("http://localhost/v1"), server);
    let llm = Llm::new(openai);
    let request = Request {
        logprobs: true,
        ..request()
    };
    let mut allowance = allowance();
    assert!(llm.profile().logprobs);
    llm.asks(&request, &mut allowance, None).await.unwrap();
    assert_eq!((allowance.attempts(), llm.spend().attempts), (4, 4));
    assert!(!llm.profile().logprobs);
    llm.asks(&request, &mut allowance, None).await.unwrap();
    assert_eq!(llm.spend().attempts, 5);
    let last = sent.lock().unwrap().last().unwrap().2.clone();
    assert_eq!(
        (last.get("temperature"), &last["max_completion_tokens"]),
        (None, &json!(9))
    );
    assert_eq!(last.get("logprobs"), None);
}

#[tokio::test(start_paused = true)]
async fn a_parameter_refused_under_both_names_is_an_error() {
    let (openai, sent) = over(OpenAi::new("m").base_url("http://localhost"), |_| {
        unsupported("max_tokens")
    });
    let error = Llm::new(openai)
        .asks(&request(), &mut allowance(), None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.host.as_deref()),
        (Failure::Rejected, Some("localhost"))
    );
    assert_eq!(sent.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_reasoning_model_is_sent_no_temperature_and_asked_for_no_log_probabilities() {
    let (openai, sent) = over(OpenAi::new("gpt-5").key("k"), |_| ok());
    assert!(!openai.profile().logprobs);
    let request = Request {
        logprobs: true,
        ..request()
    };
    openai.call(&request).await.unwrap();
    let body = sent.lock().unwrap()[0].2.clone();
    assert_eq!(body.get("logprobs"), None);
    assert_eq!(
        (body.get("temperature"), &body["max_completion_tokens"]),
        (None, &json!(9))
    );
}

#[tokio::test]
async fn headers_carry_key_organization_and_the_id_of_the_fire() {
    let openai = OpenAi::new("m").key("canary").organization("org-1");
    let (openai, sent) = over(openai, |_| ok());
    openai.call(&request()).await.unwrap();
    let headers = sent.lock().unwrap()[0].1.clone();
    assert_eq!(headers["authorization"], "Bearer canary");
    assert_eq!(headers["openai-organization"], "org-1");
    assert_eq!(headers["x-client-request-id"], "fire-1");
    assert!(!format!("{headers:?}").contains("canary"));
    let (azure, sent) = over(
        OpenAi::new("m")
            .key("k")
            .base_url("https://a.openai.azure.com/openai/v1"),
        |_| ok(),
    );
    azure.call(&request()).await.unwrap();
    let headers = sent.lock().unwrap()[0].1.clone();
    assert_eq!(
        (headers.get("authorization"), &headers["api-key"]),
        (None, &HeaderValue::from_static("k"))
    );
}

#[test]
fn debug_shows_host_and_model_only() {
    let openai = OpenAi::new("m")
        .key("canary")
        .organization("canary")
        .base_url("http://localhost:1/canary");
    assert_eq!(
        format!("{openai:?}"),
        r#"OpenAi { host: "localhost:1", model: "m", .. }"#
    );
    let broken = OpenAi::new("m").base_url("https://canary:canary@x");
    assert_eq!(
        format!("{broken:?}"),
        r#"OpenAi { host: "none", model: "m", .. }"#
    );
}

#[tokio::test]
async fn a_set_up_that_cannot_work_is_an_error_of_check_and_of_the_call() {
    for (openai, start) in [
        (
            OpenAi::new("m"),
            "the API key cannot be used: there is none",
        ),
        (
            OpenAi::new("m").key("canary\n"),
            "the API key cannot be used: it contains a line break",
        ),
        (
            OpenAi::new("m")
                .key("k")
                .base_url("http://example.com/canary"),
            "the base URL cannot be used: it is plain",
        ),
        (
            OpenAi::new("m").key("k").organization("canary\n"),
            "the header `openai-organization` cannot be used",
        ),
    ] {
        let error = openai.check().unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        assert_eq!(
            openai.call(&request()).await.unwrap_err().kind,
            Failure::Config(error)
        );
    }
}

#[test]
fn changing_an_option_starts_anew_and_leaves_the_original() {
    let broken = OpenAi::new("m").base_url("nonsense");
    assert!(broken.check().is_err());
    let mended = broken.clone().base_url("http://127.0.0.1");
    assert!(mended.check().is_ok());
    assert!(broken.check().is_err());
}

fn answered() -> (u16, Value) {
    let part = json!({"type": "output_text", "text": "ok"});
    let message = json!({"type": "message", "content": [part]});
    (200, json!({"status": "completed", "output": [message]}))
}

/// A server that knows chat completions alone.
fn only_chat(body: &Value) -> (u16, Value) {
    match body.get("input") {
        Some(_) => (404, json!({"detail": "Not Found"})),
        None => ok(),
    }
}

fn native() -> Request {
    Request {
        schema: Some(WireSchema {
            dialect: Dialect::OpenAi,
            name: "A".into(),
            json: "{}".into(),
        }),
        ..request()
    }
}

fn addresses(sent: &Sent) -> Vec<String> {
    let sent = sent.lock().unwrap();
    sent.iter().map(|(url, ..)| url.clone()).collect()
}

#[tokio::test]
async fn the_newer_operation_is_asked_where_that_is_wanted_and_at_deepseek() {
    let openai = OpenAi::new("m").key("k").responses();
    let (openai, sent) = over(openai, |_| answered());
    assert_eq!(openai.call(&request()).await.unwrap().text, "ok");
    assert_eq!(addresses(&sent), ["https://api.openai.com/v1/responses"]);
    let deepseek = OpenAi::new("m").base_url("https://api.deepseek.com");
    let (deepseek, sent) = over(deepseek, |_| answered());
    deepseek.call(&native()).await.unwrap();
    assert_eq!(addresses(&sent), ["https://api.deepseek.com/responses"]);
    let format = sent.lock().unwrap()[0].2["text"]["format"]["type"].clone();
    assert_eq!(format, "json_schema");
}

#[tokio::test(start_paused = true)]
async fn a_server_without_the_newer_operation_is_asked_by_chat_completions_from_then_on() {
    let local = OpenAi::new("m").base_url("http://localhost/v1").responses();
    let (local, sent) = over(local, only_chat);
    let llm = Llm::new(local);
    llm.asks(&native(), &mut allowance(), None).await.unwrap();
    llm.asks(&native(), &mut allowance(), None).await.unwrap();
    let chat = "http://localhost/v1/chat/completions";
    assert_eq!(
        addresses(&sent),
        ["http://localhost/v1/responses", chat, chat]
    );
    let format = sent.lock().unwrap()[1].2["response_format"]["type"].clone();
    assert_eq!(format, "json_schema");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_model_is_not_asked_for_twice() {
    let openai = OpenAi::new("m").key("k").responses();
    let (openai, sent) = over(openai, |_| {
        (
            404,
            json!({"error": {"code": "model_not_found", "message": "no"}}),
        )
    });
    let error = Llm::new(openai)
        .asks(&request(), &mut allowance(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Failure::NotFound);
    assert_eq!(sent.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deepseeks_chat_completions_are_told_the_schema_in_words() {
    let deepseek = OpenAi::new("m").base_url("https://api.deepseek.com");
    let (deepseek, sent) = over(deepseek, only_chat);
    let llm = Llm::new(deepseek);
    let error = llm
        .asks(&native(), &mut allowance(), None)
        .await
        .unwrap_err();
    // whoever knows the words for the schema asks again
    assert_eq!(error.kind, Failure::SchemaRefused);
    assert_eq!(llm.profile().dialect, Dialect::Prompted);
    let mut worded = native();
    worded.schema.as_mut().unwrap().dialect = Dialect::Prompted;
    llm.asks(&worded, &mut allowance(), None).await.unwrap();
    assert_eq!(sent.lock().unwrap().len(), 2);
    let format = sent.lock().unwrap()[1].2["response_format"].clone();
    assert_eq!(format, json!({"type": "json_object"}));
}

#[tokio::test(start_paused = true)]
async fn a_blank_answer_is_asked_for_again_only_where_they_are_known() {
    for (host, attempts) in [("https://api.deepseek.com", 2), ("http://localhost", 1)] {
        let (openai, sent) = over(OpenAi::new("m").base_url(host), |body| {
            let blank = json!([{"message": {"content": ""}, "finish_reason": "stop"}]);
            match body.get("input") {
                Some(_) => (200, json!({"status": "completed", "output": []})),
                None => (200, json!({ "choices": blank })),
            }
        });
        let mut allowance = Allowance::of(std::time::Duration::from_secs(60), 1);
        let error = Llm::new(openai)
            .asks(&request(), &mut allowance, None)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Failure::Empty);
        assert_eq!(sent.lock().unwrap().len(), attempts, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_verb_at_deepseeks_chat_completions_says_the_word_that_they_want_to_read() {
    let deepseek = OpenAi::new("m").base_url("https://api.deepseek.com");
    let (deepseek, sent) = over(deepseek, |body| {
        let message = json!({"content": r#"{"answer":true}"#});
        match body.get("input") {
            Some(_) => (404, json!({"detail": "Not Found"})),
            None => (200, json!({"choices": [{"message": message}]})),
        }
    });
    let llm = Llm::new(deepseek);
    let mut session = crate::Session::new();
    let late = crate::binary("Is it late?");
    assert!(late.fire(&llm, &mut session, "23:59").await.unwrap());
    let last = sent.lock().unwrap()[1].2.clone();
    let prompt = last["messages"].as_array().unwrap().last().unwrap();
    let prompt = prompt["content"].as_str().unwrap().to_lowercase();
    assert!(
        prompt.contains("json") && prompt.contains("answer"),
        "{prompt}"
    );
}
