//! The contract of all providers, on one that speaks to a server over real sockets.

use serde_json::{Value, json};
use zyn::schema::{Dialect, Schema};
use zyn::testing::{Fake, provider_contract};
use zyn::{Message, Provider, Request};
use zyn_tests::{Received, Reply, Server};

/// A model's server that answers chat completions with what fits, in pieces if it is asked to.
fn answered(received: &Received, number: usize) -> Reply {
    // whoever hung up hears nothing
    let Ok(body) = serde_json::from_slice::<Value>(&received.body) else {
        return Reply::Reset;
    };
    let mut text = written(&body);
    let mut finish = "stop";
    let limit = body["max_tokens"].as_u64();
    if let Some(limit) = limit.filter(|limit| text.chars().count() as u64 > *limit) {
        text = text.chars().take(limit.try_into().unwrap()).collect();
        finish = "length";
    }
    let characters: Vec<String> = text.chars().map(String::from).collect();
    let mut logprobs = Value::Null;
    if body["logprobs"] == true {
        let tokens = characters.iter();
        let tokens: Vec<_> = tokens
            .map(|it| json!({"token": it, "logprob": -0.25, "bytes": it.as_bytes()}))
            .collect();
        logprobs = json!({ "content": tokens });
    }
    let usage = json!({"prompt_tokens": 10, "completion_tokens": characters.len()});
    let id = format!("chatcmpl-{number}");
    if body["stream"] != true {
        let message = json!({"role": "assistant", "content": text});
        let choice =
            json!({"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs});
        let body = json!({"id": id, "model": "m-2026", "choices": [choice], "usage": usage});
        return Reply::http(200, &["content-type: application/json"], &body.to_string());
    }
    let mut events = String::new();
    let mut event = |chunk: Value| events += &format!("data: {chunk}\n\n");
    let mut logprobs = Some(logprobs);
    for piece in characters.chunks(3) {
        let delta = json!({"content": piece.concat()});
        let choice = json!({"index": 0, "delta": delta, "logprobs": logprobs.take()});
        event(json!({"id": id, "choices": [choice]}));
    }
    event(json!({"id": id, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}));
    event(json!({"id": id, "choices": [], "usage": usage}));
    events += "data: [DONE]\n\n";
    Reply::http(200, &["content-type: text/event-stream"], &events)
}

/// What a model writes that its server holds to a schema.
fn written(body: &Value) -> String {
    let format = &body["response_format"];
    let mut request = Request::new(Message::user(body["messages"].to_string()));
    match format["type"].as_str() {
        None => {}
        // one schema is said in words alone
        Some("json_object") => return r#"{"label":"yes"}"#.to_owned(),
        Some(_) => {
            let format = &format["json_schema"];
            let name = format["name"].as_str().unwrap();
            let schema = Schema::from_value(name, format["schema"].clone()).unwrap();
            let sent = schema.for_dialect(Dialect::OpenAi).unwrap();
            request.schema = Some(sent.wire().clone());
        }
    }
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.build().unwrap();
    runtime.block_on(Fake::new().call(&request)).unwrap().text
}

#[tokio::test]
async fn chat_completions_keep_the_contract() {
    let mut number = 0;
    let server = Server::by(move |received| {
        number += 1;
        answered(received, number)
    });
    let kept = provider_contract(&server.openai()).await;
    kept.unwrap_or_else(|broken| panic!("{broken}"));
    println!("{} requests", server.received().len());
}

/// Parameters in one server, and one schema.
#[tokio::test]
async fn chat_completions_keep_the_contract_with_a_server_that_refuses_much() {
    let mut number = 0;
    let server = Server::by(move |received| {
        number += 1;
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        for parameter in ["temperature", "logprobs", "stream_options"] {
            if body.get(parameter).is_some() {
                return Reply::unsupported(parameter);
            }
        }
        if body["response_format"]["json_schema"]["name"] == "Taste" {
            return Reply::error(400, "Invalid schema for response_format 'Taste'");
        }
        answered(received, number)
    });
    let openai = server.openai();
    let kept = provider_contract(&openai).await;
    kept.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(!openai.profile().logprobs);
    let refused = |received: &Received| received.text().contains("\"Taste\"");
    let received = server.received();
    assert_eq!(received.iter().filter(|it| refused(it)).count(), 1);
}

#[tokio::test]
async fn a_server_that_says_one_thing_to_everything_breaks_the_rules_of_schemas() {
    let server = Server::by(|_| Reply::answer("Hello."));
    let broken = provider_contract(&server.openai()).await.unwrap_err();
    let of = |rule: &str| broken.breaches.iter().any(|breach| breach.rule == rule);
    assert!(of("a_list_fits_its_schema"));
    assert!(of("calls_at_the_same_time_do_not_mix"));
    assert!(!of("any_text_is_a_message"));
    assert!(!of("a_stream_tells_its_text_and_nothing_else"));
}
