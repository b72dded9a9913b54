//! Exchanges with Google's servers, where they are at hand: each reply has its outcome, each request is the one sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::KIND;
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::recordings::{
    Exchange, exchanges, is_read_alike_in_pieces, keyed, outcome, word,
};
use crate::provider::remote::Remote;
use crate::provider::{Dialect, Request, WireSchema};
use crate::session::{Message, Usage};

/// Replies that the rule does not know, by a part of the recording's name.
const EXPECTED: &[(&str, &str)] = &[
    ("response_identity/provider_error", "NotFound"),
    // another API, whose replies are neither answers nor errors of this one
    ("interactions_requires_action", "no candidates"),
    ("interactions_", "a piece of a stream that is not JSON"),
];

/// A reply, whole or piece by piece.
fn pieces(exchange: &Exchange) -> Vec<Value> {
    let Some(stream) = exchange.stream() else {
        return vec![exchange.response["body"].clone()];
    };
    let data = stream.lines().filter_map(|it| it.strip_prefix("data: "));
    data.map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn candidates(exchange: &Exchange) -> Vec<Value> {
    let pieces = pieces(exchange).into_iter();
    let first = pieces.map(|piece| piece["candidates"][0].clone());
    first.filter(|it| !it.is_null()).collect()
}

/// What the last piece says that all of it cost.
fn paid(exchange: &Exchange) -> Usage {
    let last = pieces(exchange).pop().unwrap();
    let told = |name: &str| last["usageMetadata"][name].as_u64().unwrap_or(0);
    let thoughts = told("thoughtsTokenCount");
    let (input, answer) = (told("promptTokenCount"), told("candidatesTokenCount"));
    Usage {
        reasoning_tokens: thoughts,
        ..Usage::new(input, answer + thoughts)
    }
}

/// The text of a reply without thoughts, read as plainly as can be.
fn text(candidates: &[Value]) -> String {
    let parts = candidates.iter().flat_map(|it| {
        it["content"]["parts"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    });
    let spoken = parts.filter(|part| part["thought"] != true);
    spoken
        .filter_map(|part| Some(part["text"].as_str()?.to_owned()))
        .collect()
}

/// What the recorder's own words say must come out.
fn expected(exchange: &Exchange) -> &'static str {
    if let Some((_, outcome)) = EXPECTED
        .iter()
        .find(|(part, _)| exchange.name.contains(part))
    {
        return outcome;
    }
    let candidates = candidates(exchange);
    match candidates.last().unwrap()["finishReason"].as_str() {
        Some("MAX_TOKENS") => "Truncated",
        Some("STOP") if text(&candidates).trim().is_empty() => "Empty",
        Some("STOP") => "text",
        _ => "no outcome is known",
    }
}

#[test]
fn every_recorded_reply_has_its_outcome() {
    let exchanges = exchanges("gemini");
    let mut counts = BTreeMap::<String, u32>::new();
    for exchange in &exchanges {
        let is_stream = exchange.stream().is_some();
        let reply = Canned::recorded(&exchange.response);
        let (outcome, _) = outcome(&keyed(KIND), &reply, is_stream);
        let word = word(&outcome);
        assert_eq!(word, expected(exchange), "{}", exchange.name);
        if let Ok(response) = outcome {
            let candidates = candidates(exchange);
            assert_eq!(response.text, text(&candidates), "{}", exchange.name);
            let last = pieces(exchange).pop().unwrap();
            let id = response.request_id.as_deref();
            assert_eq!(id, last["responseId"].as_str(), "{}", exchange.name);
            let model = response.model.as_deref();
            assert_eq!(model, last["modelVersion"].as_str(), "{}", exchange.name);
            assert_eq!(response.finish.as_deref(), Some("STOP"));
            assert_eq!(response.usage, Some(paid(exchange)), "{}", exchange.name);
        }
        let manner = if is_stream { "streamed" } else { "whole" };
        *counts.entry(format!("{word}, {manner}")).or_default() += 1;
    }
    println!("{counts:?}");
    assert!(exchanges.is_empty() || exchanges.len() >= 43, "{counts:?}");
}

#[test]
fn every_recorded_stream_is_read_alike_in_whatever_pieces_it_comes() {
    let mut streams = 0;
    for exchange in exchanges("gemini") {
        if exchange.stream().is_some() {
            is_read_alike_in_pieces(&keyed(KIND), &Canned::recorded(&exchange.response), 100);
            streams += 1;
        }
    }
    println!("{streams} streams");
}

/// A request that asks for the same, if zyn could ask for it: without tools.
fn same(sent: &Value) -> Option<Request> {
    let contents = sent["contents"].as_array()?;
    let mut messages = Vec::new();
    for content in contents {
        let [part] = content["parts"].as_array()?.as_slice() else {
            return None;
        };
        let text = part["text"].as_str()?;
        messages.push(match content["role"].as_str()? {
            "model" => Message::assistant(text),
            _ => Message::user(text),
        });
    }
    if sent.get("tools").is_some() {
        return None;
    }
    let settings = &sent["generationConfig"];
    let schema = settings.get("responseJsonSchema").map(|json| WireSchema {
        dialect: Dialect::Gemini,
        name: "A".into(),
        json: json.to_string().into(),
    });
    let rule = sent["systemInstruction"]["parts"][0]["text"].as_str();
    Some(Request {
        system: rule.map_or("", |rule| rule.to_owned().leak()),
        schema,
        max_tokens: settings["maxOutputTokens"]
            .as_u64()
            .map(|limit| limit.try_into().unwrap()),
        temperature: settings["temperature"].as_f64(),
        ..Request::new(messages.pop()?)
    })
    .map(|request| Request {
        history: messages.into_iter().collect(),
        ..request
    })
}

/// What was sent, less what zyn leaves out on purpose.
fn without_differences(mut sent: Value, takes_temperature: bool) -> Value {
    let body = sent.as_object_mut().unwrap();
    // what says nothing is not said
    body.retain(|_, value| !value.is_null());
    for content in body["contents"].as_array_mut().unwrap() {
        let part = content["parts"][0].as_object_mut().unwrap();
        assert_eq!(part.shift_remove("thought"), Some(json!(false)));
    }
    // an instruction is nobody's turn
    if let Some(rule) = body.get_mut("systemInstruction") {
        *rule = json!({"parts": [{"text": rule["parts"][0]["text"]}]});
    }
    if let Some(settings) = body.get_mut("generationConfig") {
        let settings = settings.as_object_mut().unwrap();
        // how much a model thinks is left to the model, and one answer is enough
        settings.shift_remove("thinkingConfig");
        settings.shift_remove("candidateCount");
        if !takes_temperature {
            settings.shift_remove("temperature");
        }
        if settings.is_empty() {
            body.shift_remove("generationConfig");
        }
    }
    sent
}

#[tokio::test]
async fn the_recorded_requests_are_those_that_are_sent() {
    let mut compared = 0;
    let exchanges = exchanges("gemini");
    for Exchange { name, request, .. } in &exchanges {
        let path = request["path"].as_str().unwrap();
        let Some(wanted) = same(&request["body"]) else {
            continue;
        };
        let (_, operation) = path.rsplit_once('/').unwrap();
        let (model, operation) = operation.split_once(':').unwrap();
        let is_stream = operation == "streamGenerateContent";
        let remote = Remote::new(KIND, model.to_owned());
        let remote = remote.with(|it| it.key = Some(Key::new("k".into())));
        let (remote, sent) = remote.answered(|_| Canned::new(500, ""));
        let mut hear = |_: &str| {};
        let attempt = remote.attempt(&wanted, is_stream.then_some(&mut hear));
        attempt.await.unwrap_err();
        let (url, headers, body) = sent.lock().unwrap().pop().unwrap();
        // the key, which was in the address, is in a header
        let query = if is_stream { "?alt=sse" } else { "" };
        let host = "https://generativelanguage.googleapis.com";
        assert_eq!(url, format!("{host}{path}{query}"), "{name}");
        assert_eq!(headers["x-goog-api-key"], "k");
        let takes_temperature = model.starts_with("gemini-2");
        let recorded = without_differences(request["body"].clone(), takes_temperature);
        assert_eq!(body, recorded, "{name}");
        compared += 1;
    }
    println!("{compared} requests");
    assert!(exchanges.is_empty() || compared >= 20, "{compared}");
}
