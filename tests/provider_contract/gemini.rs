//! Gemini's `generateContent`.

use serde_json::{Value, json};
use zyn::Gemini;
use zyn::schema::Dialect;
use zyn_tests::{Reply, Server};

use crate::{
    events, is_sour, keeps_the_contract, keeps_the_contract_where_a_schema_is_refused, model,
    refused, served,
};

fn error(message: &str) -> Reply {
    refused(&json!({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}))
}

/// What the API says of what it does not take.
fn problem(body: &Value) -> Option<&'static str> {
    const TAKEN: [&str; 3] = ["systemInstruction", "contents", "generationConfig"];
    let is_taken = |key: &String| TAKEN.contains(&key.as_str());
    if !body.as_object().unwrap().keys().all(is_taken) {
        return Some("Invalid JSON payload received. Unknown name");
    }
    let contents = body["contents"].as_array().unwrap();
    if contents.first()?["role"] != "user" {
        return Some("Please ensure that the conversation begins with a user turn.");
    }
    if contents
        .iter()
        .any(|it| it["role"] != "user" && it["role"] != "model")
    {
        return Some("Please use a valid role: user, model.");
    }
    let rules = body.get("systemInstruction").into_iter();
    for content in contents.iter().chain(rules) {
        let parts = content["parts"].as_array().unwrap();
        let is_blank = |part: &Value| part["text"].as_str().unwrap().trim().is_empty();
        if parts.is_empty() || parts.iter().any(is_blank) {
            return Some("Unable to submit request because it has an empty text parameter.");
        }
    }
    None
}

fn answered(address: &str, body: &Value, number: usize) -> Reply {
    if let Some(problem) = problem(body) {
        return error(problem);
    }
    let settings = &body["generationConfig"];
    let schema = &settings["responseJsonSchema"];
    let schema = schema.is_object().then_some((Dialect::Gemini, schema));
    let said = model::said(&body["contents"], schema, &settings["maxOutputTokens"]);
    let finish = if said.is_cut { "MAX_TOKENS" } else { "STOP" };
    let piece = |text: &str, finish: Option<&str>| {
        let parts = json!([{"text": "Hm.", "thought": true}, {"text": text}]);
        let content = json!({"role": "model", "parts": parts});
        json!({
            "candidates": [{"content": content, "finishReason": finish, "index": 0}],
            "usageMetadata": {
                "promptTokenCount": 10,
                "candidatesTokenCount": said.tokens(),
                "thoughtsTokenCount": 4,
            },
            "modelVersion": "m-2026",
            "responseId": format!("r{number}"),
        })
    };
    match address {
        "/v1/models/gemini-2.5-flash:generateContent" => {
            crate::json(&piece(&said.text(), Some(finish)))
        }
        "/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse" => {
            let mut told: Vec<_> = said.pieces().map(|text| piece(&text, None)).collect();
            told.push(piece("", Some(finish)));
            events(&told, "")
        }
        _ => Reply::error(404, "no such address"),
    }
}

fn gemini(server: &Server) -> Gemini {
    Gemini::new("gemini-2.5-flash").base_url(server.url())
}

#[tokio::test]
async fn gemini_keeps_the_contract() {
    let server = served(answered);
    keeps_the_contract(&gemini(&server), &server).await;
}

#[tokio::test]
async fn gemini_keeps_the_contract_where_a_schema_is_refused() {
    let server = served(|address, body, number| match is_sour(body) {
        true => error(
            "The specified schema produces a constraint that has too many states for serving.",
        ),
        false => answered(address, body, number),
    });
    keeps_the_contract_where_a_schema_is_refused(&gemini(&server), &server).await;
}
