//! Exchanges with the real API, where they are at hand: each reply has its outcome, whole or in pieces, and the requests
//! that are zyn's to make come out as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{KIND, encode};
use crate::provider::canned::Canned;
use crate::provider::key::Key;
use crate::provider::profile::{ANTHROPIC, ANTHROPIC_HOST, capabilities};
use crate::provider::remote::Remote;
use crate::provider::{Dialect, Failure, Request, WireSchema};
use crate::session::{Message, Usage};

const CASES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/cases/wire/anthropic"
);

struct Exchange {
    name: String,
    request: Value,
    response: Value,
}

/// Every recorded exchange; none, and a word about that, where there are no recordings.
fn exchanges() -> Vec<Exchange> {
    let cases = Path::new(CASES);
    if !cases.is_dir() {
        println!("skipped: there are no recorded exchanges here");
        return Vec::new();
    }
    let mut paths = Vec::new();
    files(cases, &mut paths);
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(cases).unwrap().display().to_string();
        let recording: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let exchanges = recording["exchanges"].as_array().unwrap().clone();
        exchanges.into_iter().map(move |exchange| Exchange {
            name: name.clone(),
            request: exchange["request"]["body"].clone(),
            response: exchange["response"].clone(),
        })
    };
    paths.iter().flat_map(read).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}

/// What came of a reply: the text or the failure's name, the tokens, and what was heard.
type Outcome = (String, Option<Usage>, String);

fn outcome(reply: &Canned, streamed: bool) -> Outcome {
    let remote = Remote::new(KIND, "m".to_owned()).with(|it| it.key = Some(Key::new("k".into())));
    let (outcome, heard) = remote.outcome(reply, streamed);
    match outcome {
        Ok(response) => {
            assert!(response.text.starts_with(&heard));
            assert!(response.model.is_some() && response.finish.is_some());
            (response.text, response.usage, heard)
        }
        Err(error) => (format!("{:?}", error.kind), error.usage, heard),
    }
}

/// What comes of an error as the answer to a request with a schema, in a word.
fn failure(reply: &Canned) -> String {
    let reply = reply.clone();
    let remote = Remote::new(KIND, "m".to_owned()).with(|it| it.key = Some(Key::new("k".into())));
    let (remote, _) = remote.answered(move |_| reply.clone());
    let request = Request {
        schema: Some(WireSchema {
            dialect: Dialect::Anthropic,
            name: "A".into(),
            json: "{}".into(),
        }),
        ..Request::new(Message::user("hi"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let outcome = runtime.unwrap().block_on(remote.attempt(&request, None));
    format!("{:?}", outcome.unwrap_err().kind)
}

fn stream_of(exchange: &Exchange) -> Option<&str> {
    let body = exchange.response["body"].as_str();
    body.filter(|body| body.starts_with("event:"))
}

/// The message that a stream is told in pieces, put together without zyn's reader: as it would stand in a whole reply.
fn assembled(stream: &str) -> Value {
    let lines = stream.lines().filter_map(|it| it.strip_prefix("data: "));
    let mut message = Value::Null;
    let mut inputs = BTreeMap::<usize, String>::new();
    for event in lines.map(|data| serde_json::from_str::<Value>(data).unwrap()) {
        let index = usize::try_from(event["index"].as_u64().unwrap_or(0)).unwrap();
        let delta = &event["delta"];
        match event["type"].as_str().unwrap() {
            "message_start" => message = event["message"].clone(),
            "content_block_start" => {
                let content = message["content"].as_array_mut().unwrap();
                content.push(event["content_block"].clone());
            }
            "content_block_delta" => {
                if let Some(piece) = delta["text"].as_str() {
                    let text = &mut message["content"][index]["text"];
                    *text = json!(format!("{}{piece}", text.as_str().unwrap()));
                }
                if let Some(piece) = delta["partial_json"].as_str() {
                    inputs.entry(index).or_default().push_str(piece);
                }
            }
            "message_delta" => {
                message["stop_reason"] = delta["stop_reason"].clone();
                for (name, number) in event["usage"].as_object().unwrap() {
                    message["usage"][name] = number.clone();
                }
            }
            _ => {}
        }
    }
    for (index, input) in inputs {
        message["content"][index]["input"] = serde_json::from_str(&input).unwrap_or(json!({}));
    }
    message
}

/// What must come of a message, in the API's own words. A tool of the caller's is read as one of zyn's is: its input is
/// the answer.
fn expected(message: &Value) -> String {
    let failure = match message["stop_reason"].as_str().unwrap() {
        "max_tokens" => Some(Failure::Truncated),
        _ if message["content"] == json!([]) => Some(Failure::Empty),
        _ => None,
    };
    if let Some(failure) = failure {
        return format!("{failure:?}");
    }
    let blocks = message["content"].as_array().unwrap().iter();
    blocks
        .map(|block| match block["type"].as_str().unwrap() {
            "text" => block["text"].as_str().unwrap().to_owned(),
            "tool_use" => block["input"].to_string(),
            _ => String::new(),
        })
        .collect()
}

fn expected_failure(exchange: &Exchange) -> &'static str {
    let name = &exchange.name;
    match exchange.response["status"].as_u64().unwrap() {
        401 => "Auth",
        404 => "NotFound",
        400 => EXPECTED
            .iter()
            .find(|(part, _)| name.contains(part))
            .map_or("Rejected", |(_, outcome)| *outcome),
        _ => "no outcome is known",
    }
}

/// What the server says of schemas, by a part of the recording's name: those of tools too, for zyn's tool has one.
const EXPECTED: &[(&str, &str)] = &[
    ("strict_schema_limits", "SchemaRefused"),
    ("strict_schema_matrix", "SchemaRefused"),
];

fn expected_usage(message: &Value) -> (u64, u64) {
    let number = |name: &str| message["usage"][name].as_u64().unwrap();
    let input = number("input_tokens")
        + number("cache_read_input_tokens")
        + number("cache_creation_input_tokens");
    (input, number("output_tokens"))
}

/// As JSON values where it is JSON: a stream has blanks that a printed input has not.
fn alike(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

#[test]
fn every_recorded_reply_has_its_outcome() {
    let exchanges = exchanges();
    let mut counts = BTreeMap::<&str, u32>::new();
    for exchange in &exchanges {
        let name = &exchange.name;
        let reply = Canned::recorded(&exchange.response);
        let streamed = stream_of(exchange).map(assembled);
        let (text, usage, heard) = outcome(&reply, streamed.is_some());
        let status = &exchange.response["status"];
        let Some(message) = streamed
            .as_ref()
            .or(Some(&exchange.response["body"]).filter(|_| *status == json!(200)))
        else {
            assert_eq!(failure(&reply), expected_failure(exchange), "{name}");
            *counts.entry("error").or_default() += 1;
            continue;
        };
        assert_eq!(alike(&text), alike(&expected(message)), "{name}");
        let usage = usage.map(|usage| (usage.input_tokens, usage.output_tokens));
        assert_eq!(usage, Some(expected_usage(message)), "{name}");
        if streamed.is_some() && message["stop_reason"] != json!("max_tokens") {
            assert_eq!(heard, text, "{name}");
        }
        let kind = match streamed {
            Some(_) => "stream",
            None => "whole",
        };
        *counts.entry(kind).or_default() += 1;
    }
    println!("{counts:?}");
    assert!(exchanges.is_empty() || counts["whole"] >= 50 && counts["stream"] >= 13);
}

#[test]
fn a_recorded_stream_has_one_outcome_wherever_it_is_split() {
    for exchange in exchanges() {
        let Some(stream) = stream_of(&exchange) else {
            continue;
        };
        let mut reply = Canned::recorded(&exchange.response);
        let whole = outcome(&reply, true);
        let mut random = fastrand::Rng::with_seed(7);
        for longest in [1, 3, 40, 1_000] {
            let mut rest = stream.as_bytes();
            reply.pieces.clear();
            while !rest.is_empty() {
                let (piece, left) = rest.split_at(random.usize(1..=longest).min(rest.len()));
                reply.pieces.push(Bytes::copy_from_slice(piece));
                rest = left;
            }
            assert_eq!(outcome(&reply, true), whole, "{}", exchange.name);
        }
    }
}

/// A recorded request, made by zyn of what the recorder was given; `None` if zyn would not ask so.
fn remade(recorded: &Value) -> Option<Value> {
    let text = |content: &Value| match content {
        Value::String(text) => Some(text.clone()),
        content => match content.as_array()?.as_slice() {
            [block] if block["type"] == "text" => Some(block["text"].as_str()?.to_owned()),
            _ => None,
        },
    };
    let mut messages = Vec::new();
    if let Some(system) = recorded.get("system") {
        messages.push(Message::system(text(system)?));
    }
    for message in recorded["messages"].as_array()? {
        let text = text(&message["content"])?;
        messages.push(match message["role"].as_str()? {
            "user" => Message::user(text),
            "assistant" => Message::assistant(text),
            _ => return None,
        });
    }
    let schema = recorded.pointer("/output_config/format/schema");
    let model = recorded["model"].as_str()?;
    let request = Request {
        schema: schema.map(|schema| WireSchema {
            dialect: Dialect::Anthropic,
            name: "A".into(),
            json: schema.to_string().into(),
        }),
        max_tokens: Some(u32::try_from(recorded["max_tokens"].as_u64()?).ok()?),
        temperature: recorded.get("temperature").and_then(Value::as_f64),
        ..Request::new(messages.pop()?)
    };
    let request = Request {
        history: messages.into_iter().collect(),
        ..request
    };
    let streamed = recorded["stream"] == json!(true);
    let takes = capabilities(ANTHROPIC, ANTHROPIC_HOST, model);
    let body = encode::body(model, &request, &takes, streamed);
    serde_json::from_slice(&body.concat()).ok()
}

/// What zyn says in one way where there are two: text as a list of one block.
fn as_blocks(request: &Value) -> Value {
    let blocks = |content: &mut Value| {
        if let Some(text) = content.as_str() {
            *content = json!([{"type": "text", "text": text}]);
        }
    };
    let mut request = request.clone();
    if let Some(system) = request.get_mut("system") {
        blocks(system);
    }
    for message in request["messages"].as_array_mut().unwrap() {
        blocks(&mut message["content"]);
    }
    request
}

#[test]
fn recorded_requests_are_made_again_alike() {
    let mut alike = Vec::new();
    for exchange in exchanges() {
        let recorded = &exchange.request;
        // tools, stop sequences and thoughts are not asked for; and one recording has a system message among the others
        let ours = [
            "model",
            "system",
            "messages",
            "max_tokens",
            "output_config",
            "temperature",
            "stream",
        ];
        let is_ours = |request: &Value| {
            let mut keys = request.as_object().unwrap().keys();
            keys.all(|key| ours.contains(&key.as_str()))
        };
        let answered = exchange.response["status"] == json!(200);
        if !recorded.is_object() || !is_ours(recorded) || !answered {
            continue;
        }
        let Some(remade) = remade(recorded) else {
            continue;
        };
        assert_eq!(remade, as_blocks(recorded), "{}", exchange.name);
        alike.push(exchange.name);
    }
    println!("{} requests: {alike:?}", alike.len());
    assert!(
        alike.is_empty()
            || alike
                .iter()
                .any(|it| it.contains("structured_output_smoke"))
    );
}
