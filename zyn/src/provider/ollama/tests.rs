//! The provider over a transport without sockets.

use serde_json::json;

use super::*;
use crate::provider::canned::Canned;
use crate::provider::{Failure, Provider};
use crate::session::Message;

#[tokio::test]
async fn a_key_is_a_bearers_and_only_the_cloud_is_not_asked_without_one() {
    let cloud = Ollama::new("gpt-oss:120b").base_url("https://ollama.com");
    let problem = cloud.check().unwrap_err().to_string();
    assert!(problem.contains("there is none"), "{problem}");
    assert!(Ollama::new("gpt-oss:20b").check().is_ok());
    let (remote, sent) = cloud.key("canary").0.answered(|_| {
        let message = json!({"role": "assistant", "content": "ok"});
        Canned::json(200, &json!({"message": message, "done": true}))
    });
    let cloud = Ollama(remote);
    let response = cloud.call(&Request::new(Message::user("hi"))).await;
    assert_eq!(response.unwrap().text, "ok");
    let (url, headers, body) = sent.lock().unwrap()[0].clone();
    assert_eq!(url, "https://ollama.com/api/chat");
    assert_eq!(headers["authorization"], "Bearer canary");
    assert_eq!(body["model"], "gpt-oss:120b");
    assert!(!format!("{cloud:?} {headers:?} {body}").contains("canary"));
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named_by_the_server() {
    let said = json!({"error": "model 'qwen3:4b' not found"});
    let (remote, _) = Ollama::new("qwen3:4b")
        .0
        .answered(move |_| Canned::json(404, &said));
    let error = Ollama(remote)
        .call(&Request::new(Message::user("hi")))
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, Failure::NotFound);
    assert_eq!(error.host.as_deref(), Some("localhost:11434"));
    assert_eq!(error.detail(), Some("model 'qwen3:4b' not found"));
}
