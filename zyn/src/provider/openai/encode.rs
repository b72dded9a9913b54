//! From a request to the pieces of a body.
//!
//! `model`, then `messages`, then everything else; of the last message, the stored text before the note. So the body
//! of a turn, up to the end of the stored text of its last message, is a prefix of the next turn's body, and the
//! provider's cache can serve it.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::profile::{AnswerFormat, Capabilities, MaxTokens};
use crate::provider::{Dialect, Request, WireFormat, WireSchema};
use crate::session::{Message, Role};

/// The names of the parameters as this request will have them, if at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<(MaxTokens, u32)>,
    pub(super) logprobs: bool,
}

/// The body of `request`.
pub(super) fn body(
    model: &str,
    request: &Request,
    capabilities: &Capabilities,
    parameters: Parameters,
) -> Vec<Bytes> {
    let head = head(model, capabilities.system.name(), request.system);
    let mut pieces = request.history.wire(head, WireFormat::OpenAiChat, wire);
    let mut rest = Vec::new();
    prompt(&request.prompt, request.note.as_deref(), &mut rest);
    for message in &request.feedback {
        wire(message, &mut rest);
    }
    tail(
        request.schema.as_ref(),
        capabilities.answer,
        parameters,
        &mut rest,
    );
    pieces.push(rest.into());
    pieces
}

/// Up to the first message, the library's own, included.
fn head(model: &str, role: &str, system: &str) -> Bytes {
    let (model, system) = (quoted(model), quoted(system));
    format!(r#"{{"model":{model},"messages":[{{"role":"{role}","content":{system}}}"#).into()
}

/// A message after another one: its bytes begin with the comma.
fn wire(message: &Message, body: &mut Vec<u8>) {
    // Not the capabilities' role: the bytes are kept with the history, whoever reads them.
    let role = match message.role() {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = quoted(&message.rendered());
    body.extend_from_slice(format!(r#",{{"role":"{role}","content":{content}}}"#).as_bytes());
}

/// The prompt's message; a note goes into the same string, since many chat templates refuse two user messages in a row.
fn prompt(prompt: &Message, note: Option<&str>, body: &mut Vec<u8>) {
    wire(prompt, body);
    if let Some(note) = note {
        const END_OF_MESSAGE: &str = r#""}"#;
        body.truncate(body.len().saturating_sub(END_OF_MESSAGE.len()));
        let note = quoted(note);
        let inner = note.strip_prefix('"').unwrap_or(&note);
        body.extend_from_slice(format!(r"\n\n{inner}}}").as_bytes());
    }
}

/// Everything that belongs to this call only.
fn tail(
    schema: Option<&WireSchema>,
    answer: AnswerFormat,
    parameters: Parameters,
    body: &mut Vec<u8>,
) {
    let mut tail = String::from("]");
    match (schema, answer) {
        (None, _) => {}
        (Some(WireSchema { dialect, .. }), answer)
            if *dialect == Dialect::Prompted || answer == AnswerFormat::JsonObject =>
        {
            tail.push_str(r#","response_format":{"type":"json_object"}"#);
        }
        (Some(WireSchema { name, json, .. }), _) => {
            let name = quoted(name);
            tail += &format!(
                r#","response_format":{{"type":"json_schema","json_schema":{{"name":{name},"strict":true,"schema":{json}}}}}"#
            );
        }
    }
    if let Some(temperature) = parameters.temperature {
        tail += &format!(r#","temperature":{}"#, Value::from(temperature));
    }
    if let Some((name, limit)) = parameters.max_tokens {
        tail += &format!(r#","{}":{limit}"#, name.name());
    }
    if parameters.logprobs {
        tail.push_str(r#","logprobs":true"#);
    }
    tail.push('}');
    body.extend_from_slice(tail.as_bytes());
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::profile::capabilities;

    const NONE: Parameters = Parameters {
        temperature: None,
        max_tokens: None,
        logprobs: false,
    };

    fn joined(request: &Request, parameters: Parameters) -> String {
        let pieces = body("m", request, &capabilities("127.0.0.1", "m"), parameters);
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn parsed(request: &Request, parameters: Parameters) -> Value {
        serde_json::from_str(&joined(request, parameters)).unwrap()
    }

    #[test]
    fn three_turns_share_their_prefix_byte_by_byte() {
        let texts = ["Größe \"so\"?\n\\", "zwei </s> \u{0}", "three 🦀"];
        let mut history = Vec::new();
        let mut stable = String::new();
        for (turn, text) in texts.into_iter().enumerate() {
            let prompt = Message::user(text);
            let request = Request {
                system: "Be exact.",
                history: history.iter().cloned().collect(),
                note: Some(format!("fields of turn {turn}").into()),
                feedback: vec![Message::assistant("wrong"), Message::user("why")],
                schema: Some(WireSchema {
                    dialect: Dialect::OpenAi,
                    name: "A".into(),
                    json: "{}".into(),
                }),
                ..Request::new(prompt.clone())
            };
            let body = joined(&request, NONE);
            assert!(body.starts_with(&stable), "{stable}\n{body}");
            let stored = quoted(text).trim_end_matches('"').to_owned();
            let end = body.find(&stored).unwrap() + stored.len();
            stable = body[..end].to_owned();
            println!("turn {turn}: {end} of {} bytes are stable", body.len());
            history.extend([prompt, Message::assistant(format!("answer {turn}"))]);
        }
    }

    #[test]
    fn the_keys_stand_in_a_stable_order() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::OpenAi,
                name: "A".into(),
                json: r#"{"z":1,"a":2}"#.into(),
            }),
            ..Request::new(Message::user("hi"))
        };
        let parameters = Parameters {
            temperature: Some(0.5),
            max_tokens: Some((MaxTokens::Plain, 9)),
            logprobs: true,
        };
        assert_eq!(
            joined(&request, parameters),
            concat!(
                r#"{"model":"m","messages":[{"role":"system","content":""},{"role":"user","content":"hi"}],"#,
                r#""response_format":{"type":"json_schema","json_schema":{"name":"A","strict":true,"schema":{"z":1,"a":2}}},"#,
                r#""temperature":0.5,"max_tokens":9,"logprobs":true}"#
            )
        );
    }

    #[test]
    fn a_schema_for_the_prompt_alone_is_not_sent() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::Prompted,
                name: "A".into(),
                json: "{}".into(),
            }),
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request, NONE);
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn nothing_is_sent_that_was_not_set() {
        let body = parsed(&Request::new(Message::user("hi")), NONE);
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["model", "messages"]);
    }

    #[test]
    fn messages_come_in_order_and_the_note_is_in_the_prompts_own_string() {
        let request = Request {
            system: "rules \"1\"",
            history: [
                Message::system("s"),
                Message::user("u"),
                Message::assistant("a"),
            ]
            .into_iter()
            .collect(),
            note: Some("a \"note\"\n".into()),
            feedback: vec![Message::assistant("bad"), Message::user("fix")],
            ..Request::new(Message::user("ask \"x\""))
        };
        assert_eq!(
            parsed(&request, NONE)["messages"],
            json!([
                {"role": "system", "content": "rules \"1\""},
                {"role": "system", "content": "s"},
                {"role": "user", "content": "u"},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "ask \"x\"\n\na \"note\"\n"},
                {"role": "assistant", "content": "bad"},
                {"role": "user", "content": "fix"},
            ])
        );
    }

    #[test]
    fn the_history_is_encoded_once() {
        let stored = Message::user("long");
        let request = Request {
            history: [stored].into_iter().collect(),
            ..Request::new(Message::user("hi"))
        };
        let first = body("m", &request, &capabilities("", "m"), NONE);
        let second = body("m", &request.clone(), &capabilities("", "m"), NONE);
        assert_eq!(first[1].as_ptr(), second[1].as_ptr());
    }

    #[test]
    fn a_server_without_schemas_gets_none() {
        let request = Request {
            schema: Some(WireSchema {
                dialect: Dialect::OpenAi,
                name: "A".into(),
                json: "{}".into(),
            }),
            ..Request::new(Message::user("hi"))
        };
        let pieces = body("m", &request, &capabilities("api.deepseek.com", "m"), NONE);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn a_reasoning_model_hears_the_developer() {
        let request = Request::new(Message::user("hi"));
        let pieces = body("o3", &request, &capabilities("api.openai.com", "o3"), NONE);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["messages"][0]["role"], "developer");
    }
}
