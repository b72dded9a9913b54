//! Anthropic's messages.

use serde_json::{Value, json};
use zyn::schema::Dialect;
use zyn::{Anthropic, Mode, Provider};
use zyn_tests::{Reply, Server};

use crate::model::Said;
use crate::{
    events, is_sour, keeps_the_contract, keeps_the_contract_where_a_schema_is_refused, model,
    refused, served,
};

fn error(message: &str) -> Reply {
    let error = json!({"type": "invalid_request_error", "message": message});
    refused(&json!({"type": "error", "error": error}))
}

/// What the API says of what it does not take.
fn problem(address: &str, body: &Value) -> Option<&'static str> {
    let messages = body["messages"].as_array().unwrap();
    let blocks = |content: &Value| content.as_array().cloned().unwrap_or_default();
    let all = messages.iter().flat_map(|it| blocks(&it["content"]));
    let mut all = all.chain(blocks(&body["system"]));
    if address != "/v1/messages" {
        return Some("no such address");
    }
    if messages.iter().any(|it| blocks(&it["content"]).is_empty()) {
        return Some("messages: all messages must have non-empty content");
    }
    if messages.first()?["role"] != "user" {
        return Some("messages: first message must use the \"user\" role");
    }
    if messages.iter().any(|it| it["role"] == "system") {
        return Some("messages: Unexpected role \"system\"");
    }
    if all.any(|block| block["text"].as_str().unwrap().trim().is_empty()) {
        return Some("messages: text content blocks must contain non-whitespace text");
    }
    if body.to_string().matches("cache_control").count() > 4 {
        return Some("A maximum of 4 blocks with cache_control may be provided.");
    }
    if !body["max_tokens"].is_u64() {
        return Some("max_tokens: Field required");
    }
    let is_new = body["model"] == "claude-sonnet-5-5";
    if is_new && body.get("temperature").is_some() {
        return Some("`temperature` is deprecated for this model.");
    }
    None
}

fn answered(address: &str, body: &Value, number: usize) -> Reply {
    if let Some(problem) = problem(address, body) {
        return error(problem);
    }
    let tool = &body["tools"][0];
    let schema = match tool["input_schema"].is_object() {
        true => &tool["input_schema"],
        false => &body["output_config"]["format"]["schema"],
    };
    let schema = schema.is_object().then_some((Dialect::Anthropic, schema));
    let said = model::said(&body["messages"], schema, &body["max_tokens"]);
    let is_called = tool["name"].is_string();
    let reason = match (said.is_cut, is_called) {
        (true, _) => "max_tokens",
        (false, true) => "tool_use",
        (false, false) => "end_turn",
    };
    let usage = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 4,
        "cache_read_input_tokens": 3,
        "output_tokens": said.tokens(),
    });
    let mut message = json!({
        "id": format!("msg_{number}"),
        "type": "message",
        "role": "assistant",
        "model": "m-2026",
        "content": [],
        "stop_reason": null,
        "usage": usage,
    });
    if body["stream"] == true {
        return streamed(&message, &said, reason, tool);
    }
    let thought = json!({"type": "thinking", "thinking": "Hm.", "signature": "s"});
    let block = match is_called {
        true => {
            // of one that was cut, the server leaves out what it cannot read
            let input: Value = serde_json::from_str(&said.text()).unwrap_or(json!({}));
            json!({"type": "tool_use", "id": "toolu_1", "name": tool["name"], "input": input})
        }
        false => json!({"type": "text", "text": said.text()}),
    };
    message["content"] = json!([thought, block]);
    message["stop_reason"] = reason.into();
    crate::json(&message)
}

fn streamed(begun: &Value, said: &Said, reason: &str, tool: &Value) -> Reply {
    let is_called = tool["name"].is_string();
    let block = match is_called {
        true => json!({"type": "tool_use", "id": "toolu_1", "name": tool["name"], "input": {}}),
        false => json!({"type": "text", "text": ""}),
    };
    let thought = json!({"type": "thinking_delta", "thinking": "Hm."});
    let delta = |piece| match is_called {
        true => json!({"type": "input_json_delta", "partial_json": piece}),
        false => json!({"type": "text_delta", "text": piece}),
    };
    let mut told = vec![
        json!({"type": "message_start", "message": begun}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": thought}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": block}),
        json!({"type": "ping"}),
    ];
    for piece in said.pieces() {
        let delta = delta(piece);
        told.push(json!({"type": "content_block_delta", "index": 1, "delta": delta}));
    }
    let usage = json!({"output_tokens": said.tokens()});
    told.push(json!({"type": "content_block_stop", "index": 1}));
    told.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}));
    told.push(json!({"type": "message_stop"}));
    events(&told, "")
}

fn claude(server: &Server, model: &str) -> Anthropic {
    let url = server.url();
    Anthropic::new(model).base_url(url.strip_suffix("/v1").unwrap())
}

#[tokio::test]
async fn anthropics_messages_keep_the_contract() {
    let server = served(answered);
    keeps_the_contract(&claude(&server, "claude-sonnet-5-5"), &server).await;
}

#[tokio::test]
async fn anthropics_messages_keep_the_contract_without_a_cache_too() {
    let server = served(answered);
    let claude = claude(&server, "claude-sonnet-4-6").uncached();
    keeps_the_contract(&claude, &server).await;
}

#[tokio::test]
async fn anthropics_messages_keep_the_contract_where_the_answer_is_a_tools_input() {
    let server = served(answered);
    let claude = claude(&server, "claude-3-7-sonnet-latest");
    assert_eq!(claude.profile().mode, Mode::Tool);
    keeps_the_contract(&claude, &server).await;
}

#[tokio::test]
async fn anthropics_messages_keep_the_contract_where_a_schema_is_refused() {
    let server = served(|address, body, number| match is_sour(body) {
        true => error("Schema is too complex for compilation."),
        false => answered(address, body, number),
    });
    let claude = claude(&server, "claude-sonnet-5-5");
    keeps_the_contract_where_a_schema_is_refused(&claude, &server).await;
}
