//! Ollama's chat.

use std::fmt::Write;

use serde_json::{Value, json};
use zyn::Ollama;
use zyn::schema::Dialect;
use zyn_tests::{Reply, Server};

use crate::{
    is_sour, keeps_the_contract, keeps_the_contract_where_a_schema_is_refused, model, refused,
    served,
};

fn answered(address: &str, body: &Value, _number: usize) -> Reply {
    if address != "/api/chat" {
        return Reply::http(404, &[], "404 page not found");
    }
    for message in body["messages"].as_array().unwrap() {
        let role = message["role"].as_str().unwrap();
        if !["system", "user", "assistant"].contains(&role) {
            return refused(&json!({"error": "invalid role"}));
        }
        if !message["content"].is_string() {
            return refused(&json!({"error": "invalid message content"}));
        }
    }
    let format = &body["format"];
    let schema = format.is_object().then_some((Dialect::LlamaCpp, format));
    let limit = &body["options"]["num_predict"];
    let said = model::said(&body["messages"], schema, limit);
    let reason = if said.is_cut { "length" } else { "stop" };
    let message = |text: &str| json!({"role": "assistant", "content": text});
    let mut end = json!({
        "model": "m:1b",
        "created_at": "2026-11-01T12:00:00Z",
        "message": message(""),
        "done": true,
        "done_reason": reason,
        "prompt_eval_count": 10,
        "eval_count": said.tokens(),
    });
    // a server streams unless it is told not to
    if body["stream"] == false {
        end["message"] = message(&said.text());
        end["message"]["thinking"] = "Hm.".into();
        return crate::json(&end);
    }
    let mut lines = String::new();
    for piece in said.pieces() {
        let line = json!({"model": "m:1b", "message": message(&piece), "done": false});
        writeln!(lines, "{line}").unwrap();
    }
    writeln!(lines, "{end}").unwrap();
    Reply::http(200, &["content-type: application/x-ndjson"], &lines)
}

fn ollama(server: &Server) -> Ollama {
    let url = server.url();
    Ollama::new("m:1b").base_url(url.strip_suffix("/v1").unwrap())
}

#[tokio::test]
async fn ollamas_chat_keeps_the_contract() {
    let server = served(answered);
    keeps_the_contract(&ollama(&server), &server).await;
}

#[tokio::test]
async fn ollamas_chat_keeps_the_contract_where_a_schema_is_refused() {
    let server = served(|address, body, number| match is_sour(body) {
        true => refused(&json!({"error": "failed to load model vocabulary required for format"})),
        false => answered(address, body, number),
    });
    keeps_the_contract_where_a_schema_is_refused(&ollama(&server), &server).await;
}
