//! Exchanges with a real server, where they are at hand: each reply has its outcome, each request is the one sent.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::KIND;
use crate::provider::canned::Canned;
use crate::provider::recordings::{exchanges, is_read_alike_in_pieces, keyed, outcome, word};
use crate::provider::remote::Remote;
use crate::provider::{Dialect, Failure, Request, WireSchema};
use crate::session::Message;

/// What the recorder's own words say must come out.
fn expected(body: &Value) -> &'static str {
    match body["done_reason"].as_str() {
        Some("length") => "Truncated",
        Some("stop") => "text",
        _ => "no outcome is known",
    }
}

/// The same reply as the server would have streamed it: a line for each word.
fn streamed(body: &Value) -> Canned {
    let line = |content: &str| {
        let message = json!({"role": "assistant", "content": content});
        json!({"model": body["model"], "message": message, "done": false}).to_string() + "\n"
    };
    let text = body["message"]["content"].as_str().unwrap();
    let thought = json!({"message": {"content": "", "thinking": "hm"}, "done": false});
    let mut lines = vec![format!("{thought}\n")];
    lines.extend(text.split_inclusive(' ').map(line));
    let mut last = body.clone();
    last["message"]["content"] = json!("");
    lines.push(format!("{last}\n"));
    Canned {
        pieces: lines.into_iter().map(Bytes::from).collect(),
        ..Canned::new(200, "").header("content-type", "application/x-ndjson")
    }
}

#[test]
fn every_recorded_reply_has_its_outcome_whole_and_told_as_a_stream() {
    let exchanges = exchanges("ollama");
    let mut counts = BTreeMap::<String, u32>::new();
    for exchange in &exchanges {
        let body = &exchange.response["body"];
        assert_eq!(exchange.stream(), None, "{}", exchange.name);
        let (whole, _) = outcome(&keyed(KIND), &Canned::recorded(&exchange.response), false);
        let reply = streamed(body);
        let (stream, heard) = outcome(&keyed(KIND), &reply, true);
        is_read_alike_in_pieces(&keyed(KIND), &reply, 20);
        let content = body["message"]["content"].as_str().unwrap();
        assert_eq!(heard, content, "{}", exchange.name);
        for outcome in [&whole, &stream] {
            assert_eq!(word(outcome), expected(body), "{}", exchange.name);
            let usage = match outcome {
                Ok(response) => {
                    assert_eq!(response.text, content);
                    assert_eq!(response.model.as_deref(), Some("qwen3:4b"));
                    assert_eq!(response.finish.as_deref(), body["done_reason"].as_str());
                    response.usage
                }
                Err(error) => error.usage,
            };
            let usage = usage.unwrap();
            let told = [usage.input_tokens, usage.output_tokens];
            let names = ["prompt_eval_count", "eval_count"];
            assert_eq!(told, names.map(|name| body[name].as_u64().unwrap()));
            *counts.entry(word(outcome)).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert!(exchanges.is_empty() || exchanges.len() >= 6, "{counts:?}");
}

#[tokio::test]
async fn the_recorded_requests_are_those_that_are_sent() {
    for exchange in exchanges("ollama") {
        let mut recorded = exchange.request["body"].clone();
        let messages = recorded["messages"].as_array().unwrap().iter();
        let mut messages: Vec<_> = messages
            .map(|it| {
                let text = it["content"].as_str().unwrap();
                match it["role"].as_str().unwrap() {
                    "system" => Message::system(text),
                    _ => Message::user(text),
                }
            })
            .collect();
        let request = Request {
            schema: recorded.get("format").map(|json| WireSchema {
                dialect: Dialect::LlamaCpp,
                name: "A".into(),
                json: json.to_string().into(),
            }),
            max_tokens: recorded["options"]["num_predict"]
                .as_u64()
                .map(|limit| limit.try_into().unwrap()),
            ..Request::new(messages.pop().unwrap())
        };
        let request = Request {
            history: messages.into_iter().collect(),
            ..request
        };
        let model = recorded["model"].as_str().unwrap().to_owned();
        let (remote, sent) = Remote::new(KIND, model).answered(|_| Canned::new(500, ""));
        let error = remote.attempt(&request, None).await.unwrap_err();
        assert_eq!(error.kind, Failure::Server);
        let (url, headers, body) = sent.lock().unwrap().pop().unwrap();
        assert_eq!(url, "http://localhost:11434/api/chat");
        assert_eq!(headers.get("authorization"), None);
        let recorded = recorded.as_object_mut().unwrap();
        // whether a model thinks is left to the model
        recorded.shift_remove("think").unwrap();
        if recorded["options"] == json!({}) {
            recorded.shift_remove("options");
        }
        assert_eq!(&body, &json!(recorded), "{}", exchange.name);
    }
}
