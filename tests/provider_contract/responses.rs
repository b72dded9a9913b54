//! Responses.

use serde_json::{Value, json};
use zyn::schema::Dialect;
use zyn_tests::Reply;

use crate::{
    events, is_sour, keeps_the_contract, keeps_the_contract_where_a_schema_is_refused, model,
    refused, served,
};

fn error(parameter: &str, code: &str, message: &str) -> Reply {
    let kind = "invalid_request_error";
    refused(&json!({"error": {"message": message, "type": kind, "param": parameter, "code": code}}))
}

/// What the API says of what it does not take.
fn problem(address: &str, body: &Value) -> Option<Reply> {
    if address != "/v1/responses" {
        return Some(Reply::error(404, "Not Found"));
    }
    for (at, item) in body["input"].as_array().unwrap().iter().enumerate() {
        let parameter = format!("input[{at}].role");
        if !["system", "developer", "user", "assistant"].contains(&item["role"].as_str()?) {
            return Some(error(&parameter, "invalid_value", "no such role"));
        }
        if !item["content"].is_string() {
            return Some(error(&parameter, "invalid_type", "no content"));
        }
    }
    let limit = &body["max_output_tokens"];
    limit.as_u64().filter(|limit| *limit < 16).map(|_| {
        let message = "Invalid 'max_output_tokens': integer below minimum value.";
        error("max_output_tokens", "integer_below_min_value", message)
    })
}

fn answered(address: &str, body: &Value, number: usize) -> Reply {
    if let Some(problem) = problem(address, body) {
        return problem;
    }
    let schema = &body["text"]["format"]["schema"];
    let schema = schema.is_object().then_some((Dialect::OpenAi, schema));
    let said = model::said(&body["input"], schema, &body["max_output_tokens"]);
    let (id, is_told) = (format!("resp_{number}"), body["include"].is_array());
    let logprobs = match is_told {
        true => said.logprobs(),
        false => json!([]),
    };
    let part = json!({"type": "output_text", "annotations": [], "text": said.text(), "logprobs": logprobs});
    let message = json!({"type": "message", "role": "assistant", "content": [part]});
    let (status, details) = match said.is_cut {
        true => ("incomplete", json!({"reason": "max_output_tokens"})),
        false => ("completed", Value::Null),
    };
    let whole = json!({
        "id": id,
        "object": "response",
        "model": "m-2026",
        "status": status,
        "incomplete_details": details,
        "error": null,
        "output": [{"type": "reasoning", "summary": []}, message],
        "usage": {
            "input_tokens": 10,
            "output_tokens": said.tokens() + 4,
            "output_tokens_details": {"reasoning_tokens": 4},
        },
    });
    if body["stream"] != true {
        return crate::json(&whole);
    }
    let begun = json!({"id": id, "status": "in_progress", "output": []});
    let mut told = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.output_item.added", "output_index": 1}),
    ];
    let delta = |piece| json!({"type": "response.output_text.delta", "delta": piece});
    told.extend(said.pieces().map(delta));
    told.push(json!({"type": "response.output_text.done", "text": said.text()}));
    told.push(json!({"type": format!("response.{status}"), "response": whole}));
    events(&told, "")
}

#[tokio::test]
async fn responses_keep_the_contract() {
    let server = served(answered);
    keeps_the_contract(&server.openai().responses(), &server).await;
}

#[tokio::test]
async fn responses_keep_the_contract_where_a_schema_is_refused() {
    let server = served(|address, body, number| match is_sour(body) {
        true => error("text.format.schema", "invalid_json_schema", "no"),
        false => answered(address, body, number),
    });
    let openai = server.openai().responses();
    keeps_the_contract_where_a_schema_is_refused(&openai, &server).await;
}
