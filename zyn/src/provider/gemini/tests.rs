//! The provider over a transport without sockets.

use serde_json::json;

use super::*;
use crate::provider::canned::Canned;
use crate::provider::{Failure, Provider};
use crate::session::Message;

#[tokio::test]
async fn a_model_is_found_with_and_without_its_folder() {
    for (model, path) in [
        ("gemini-3.8-flash", "models/gemini-3.8-flash"),
        ("models/gemini-3.8-flash", "models/gemini-3.8-flash"),
        ("tunedModels/mine-1", "tunedModels/mine-1"),
        ("vendor/model", "models/vendor/model"),
        ("a?key=b#c", "models/a%3Fkey=b%23c"),
    ] {
        let (remote, sent) = Gemini::new(model).key("k").0.answered(|_| {
            let content = json!({"parts": [{"text": "ok"}]});
            Canned::json(200, &json!({"candidates": [{"content": content}]}))
        });
        let gemini = Gemini(remote);
        let request = Request::new(Message::user("hi"));
        gemini.call(&request).await.unwrap();
        gemini.stream(&request, &mut |_| {}).await.unwrap();
        let sent = sent.lock().unwrap();
        let base = KIND.base_url;
        assert_eq!(sent[0].0, format!("{base}/{path}:generateContent"));
        assert_eq!(
            sent[1].0,
            format!("{base}/{path}:streamGenerateContent?alt=sse")
        );
    }
}

#[tokio::test]
async fn the_key_is_in_one_header_and_nowhere_else() {
    let echo = json!({"error": {"code": 400, "message": "bad key canary-0123", "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}});
    let gemini = Gemini::new("m").key("canary-0123");
    let (remote, sent) = gemini.0.answered(move |_| Canned::json(400, &echo));
    let gemini = Gemini(remote);
    let error = gemini.call(&Request::new(Message::user("hi"))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, Failure::Auth);
    let (url, headers, body) = sent.lock().unwrap()[0].clone();
    assert_eq!(headers["x-goog-api-key"], "canary-0123");
    assert_eq!(headers.get("authorization"), None);
    let shown = format!("{gemini:?} {error} {error:?} {:?}", error.detail());
    for shown in [&url, &body.to_string(), &format!("{headers:?}"), &shown] {
        assert!(!shown.contains("canary-0123"), "{shown}");
    }
}

#[test]
fn google_alone_is_not_asked_without_a_key() {
    let without = Gemini::new("m");
    let problem = without.check().unwrap_err().to_string();
    assert!(problem.contains("there is none"), "{problem}");
    let proxy = without.base_url("http://127.0.0.1:1/v1beta");
    assert!(proxy.check().is_ok());
}
