//! Errors that providers document, or were seen to give, and the delays that they ask for: each is taken the whole way
//! from the bytes. Compiled under `cfg(test)` alone.

mod delays;
mod secrets;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::canned::Canned;
use super::key::Key;
use super::learnt::unsupported;
use super::profile::Api;
use super::remote::{Kind, Remote};
use super::{Class, Dialect, Failure, ProviderError, Request, WireSchema};
use super::{anthropic, gemini, ollama, openai, rejection};
use crate::session::Message;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    api: String,
    server: String,
    status: u16,
    /// Whether it comes within a stream that began well.
    #[serde(default)]
    in_stream: bool,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// JSON, or what else was there.
    body: Value,
    /// The failure. `Unsupported`: a part of the request is left out from now on. `Answer`: it is none.
    failure: String,
    part: Option<String>,
    class: String,
    retry_after_ms: Option<u64>,
    source: String,
    /// `wire`: recorded. `seen`: quoted by someone. `part`: documented, the rest in the usual shape.
    evidence: String,
}

const FILES: [(&str, &str, usize); 5] = [
    ("OpenAI", include_str!("documented/openai.jsonl"), 23),
    ("Anthropic", include_str!("documented/anthropic.jsonl"), 13),
    ("Gemini", include_str!("documented/gemini.jsonl"), 30),
    ("Ollama", include_str!("documented/ollama.jsonl"), 10),
    (
        "compatible",
        include_str!("documented/compatible.jsonl"),
        60,
    ),
];

fn rows<T: DeserializeOwned>(lines: &str) -> Vec<T> {
    let rows = lines.lines().map(serde_json::from_str);
    rows.map(Result::unwrap).collect()
}

/// The API that is asked.
fn kind(api: &str) -> Kind {
    match api {
        "openai" | "responses" => openai::KIND,
        "anthropic" => anthropic::KIND,
        "gemini" => gemini::KIND,
        "ollama" => ollama::KIND,
        other => panic!("{other}"),
    }
}

/// An error within a stream of this API.
fn event(api: &str, body: &str) -> String {
    match api {
        "openai" | "responses" | "anthropic" | "gemini" => {
            format!("event: error\ndata: {body}\n\n")
        }
        "ollama" => format!("{body}\n"),
        other => panic!("{other}"),
    }
}

fn remote(api: &str) -> Remote {
    // Anthropic's newest are sent no temperature that they could refuse
    let model = match api {
        "anthropic" => "claude-sonnet-4-5",
        _ => "m",
    };
    Remote::new(kind(api), model.to_owned()).with(|it| {
        it.key = Some(Key::new("canary".into()));
        if api == "responses" {
            it.knows(|takes| takes.api = Api::Responses);
        }
    })
}

/// A request with every part that may be refused.
fn request() -> Request {
    Request {
        schema: Some(WireSchema {
            name: "A".into(),
            json: r#"{"type":"object"}"#.into(),
            dialect: Dialect::OpenAi,
        }),
        temperature: Some(0.5),
        max_tokens: Some(9),
        logprobs: true,
        ..Request::new(Message::user("hi"))
    }
}

impl Row {
    fn reply(&self) -> Canned {
        let body = match &self.body {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let (body, kind) = match self.in_stream {
            true => (event(&self.api, &body), "text/event-stream"),
            false => (body, "application/json"),
        };
        let mut headers = self.headers.clone();
        headers
            .entry("content-type".to_owned())
            .or_insert(kind.into());
        Canned {
            headers: headers.into_iter().collect(),
            ..Canned::new(self.status, body)
        }
    }

    /// What is wrong with what comes of it, if anything is.
    fn problem(&self) -> Option<String> {
        let (remote, mut request) = (remote(&self.api), request());
        let part = self.part.as_deref();
        if let (Some("JsonObject"), Some(schema)) = (part, &mut request.schema) {
            schema.dialect = Dialect::Prompted;
        }
        let streamed = self.in_stream || part == Some("StreamUsage");
        let (outcome, _) = remote.outcome_of(&request, &self.reply(), streamed);
        let error = match outcome {
            Ok(_) if self.failure == "Answer" => return None,
            Ok(response) => return Some(format!("an answer: {}", response.text)),
            Err(error) => error,
        };
        let found = (
            format!("{:?}", error.class()),
            error.retry_after.map(|wait| wait.as_millis()),
        );
        let wanted = (self.class.clone(), self.retry_after_ms.map(u128::from));
        if found != wanted {
            return Some(format!("{found:?}, and not {wanted:?} ({:?})", error.kind));
        }
        let part = unsupported(self.status, &rejection::said(&self.body));
        let part = part.parts.first().and_then(|parts| parts.first());
        let part = part.map(|part| format!("{part:?}"));
        match self.failure.as_str() {
            "Unsupported" if part != self.part => Some(format!("the part {part:?}")),
            "Unsupported" => {
                let is_said_otherwise = error.adapted || error.kind == Failure::SchemaRefused;
                (!is_said_otherwise).then(|| format!("{:?}, not adapted", error.kind))
            }
            failure if format!("{:?}", error.kind) != failure => Some(format!("{:?}", error.kind)),
            _ => None,
        }
    }
}

#[test]
fn every_documented_error_has_its_failure_its_class_and_its_delay() {
    let mut problems = Vec::new();
    for (api, lines, least) in FILES {
        let rows: Vec<Row> = rows(lines);
        let mut by = BTreeMap::<&str, u32>::new();
        for row in &rows {
            assert!(!row.source.is_empty(), "{}", row.name);
            *by.entry(&row.evidence).or_default() += 1;
            if let Some(problem) = row.problem() {
                let Row { server, name, .. } = row;
                problems.push(format!(
                    "{server} {}, {name}, {}: {problem}",
                    row.status, row.failure
                ));
            }
        }
        println!("{api}: {} errors, {by:?}", rows.len());
        assert!(rows.len() >= least, "{api}: {}", rows.len());
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn what_documented_errors_say_is_left_is_read() {
    let mut read = 0;
    for (_, lines, _) in FILES {
        let rows: Vec<Row> = rows(lines);
        for row in rows.iter().filter(|row| row.failure == "RateLimit") {
            let said = row.headers.iter();
            let said = said.filter(|(name, _)| name.contains("-remaining"));
            let said: Vec<u64> = said.map(|(_, left)| left.parse().unwrap()).collect();
            let (outcome, _) = remote(&row.api).outcome_of(&request(), &row.reply(), row.in_stream);
            let left = outcome.unwrap_err().remaining;
            let left = left.map(|it| [it.requests, it.tokens, it.input_tokens, it.output_tokens]);
            let left: Vec<u64> = left.into_iter().flatten().flatten().collect();
            assert_eq!(left, said, "{}", row.name);
            read += usize::from(!left.is_empty());
        }
    }
    assert!(read >= 2, "{read}");
}

fn failed(reply: &Canned) -> ProviderError {
    let request = Request::new(Message::user("hi"));
    remote("openai")
        .outcome_of(&request, reply, false)
        .0
        .unwrap_err()
}

#[test]
fn a_bad_request_that_speaks_of_such_things_is_a_bad_request() {
    for message in [
        "Invalid value for 'content': expected a string, got null.",
        "Invalid 'messages[1].content': string too long.",
        "messages: roles must alternate between user and assistant; try again",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2",
        "Invalid 'max_tokens': integer below minimum value.",
        "Unknown parameter: 'schema'.",
        "'tool_call_id' is not supported in messages of this role",
        "Unsupported parameter: 'stop' is not supported with this model.",
        "the schema of the index could not be found in your quota of credit",
        "image_url is not supported",
        "Invalid value: 'overloaded'. Rate limits and the model were not found.",
    ] {
        let body = json!({"error": {"message": message, "type": "invalid_request_error"}});
        let error = failed(&Canned::json(400, &body));
        assert_eq!(
            (error.kind, error.adapted),
            (Failure::Rejected, false),
            "{message}"
        );
    }
}

#[test]
fn a_refused_schema_is_remembered_and_none_is_refused_where_none_was_sent() {
    for (status, message, plain) in [
        (
            400,
            "Schema is too complex for compilation.",
            Failure::Rejected,
        ),
        (
            500,
            "Grammar error: Unimplemented keys: [\"propertyNames\"]",
            Failure::Server,
        ),
        (
            404,
            "No endpoints found that can handle the requested parameters.",
            Failure::NotFound,
        ),
    ] {
        let reply = Canned::json(status, &json!({"error": {"message": message}}));
        assert_eq!(failed(&reply).kind, plain, "{message}");
        let request = Request {
            temperature: None,
            logprobs: false,
            ..request()
        };
        let server = reply.clone();
        let (remote, _) = remote("openai").answered(move |_| server.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let error = runtime
            .block_on(remote.attempt(&request, None))
            .unwrap_err();
        let found = (&error.kind, error.class());
        assert_eq!(
            found,
            (&Failure::SchemaRefused, Class::Terminal),
            "{message}"
        );
        assert!(!remote.takes(request.schema.as_ref().unwrap()), "{message}");
    }
}

fn millis(wait: Option<Duration>) -> Option<u64> {
    wait.map(|wait| wait.as_millis().try_into().unwrap())
}
