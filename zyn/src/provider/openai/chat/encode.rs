//! From a request to the pieces of a body.
//!
//! `model`, then `messages`, then everything else; of the last message, the stored text before the note. So the body
//! of a turn, up to the end of the stored text of its last message, is a prefix of the next turn's body, and the
//! provider's cache can serve it.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::{quote, quoted};
use crate::provider::openai::message::{self, Parts};
use crate::provider::profile::Capabilities;
use crate::provider::{Dialect, Mode, Request, WireFormat, WireSchema};
use crate::session::{Media, MediaKind, Message};

/// So many bytes are enough for what most calls add to a conversation.
const ROOM: usize = 1024;

/// The body of `request`.
pub(super) fn body(
    model: &str,
    request: &Request,
    takes: &Capabilities,
    streamed: bool,
) -> Vec<Bytes> {
    let head = head(model, takes.system.name(), request.system);
    let history = &request.history;
    let (mut pieces, mut rest) = match history.is_empty() {
        // a new conversation is one piece
        true => (Vec::with_capacity(1), head),
        false => {
            let pieces = history.wire(head.into(), WireFormat::OpenAiChat, wire);
            (pieces, Vec::with_capacity(ROOM))
        }
    };
    message::write(&request.prompt, request.note.as_deref(), &PARTS, &mut rest);
    for message in &request.feedback {
        wire(message, &mut rest);
    }
    tail(request, takes, streamed, &mut rest);
    pieces.push(rest.into());
    pieces
}

/// Up to the first message, the library's own, included.
fn head(model: &str, role: &str, system: &str) -> Vec<u8> {
    let mut head = Vec::with_capacity(ROOM);
    head.extend_from_slice(br#"{"model":"#);
    quote(model, &mut head);
    for piece in [r#","messages":[{"role":""#, role, r#"","content":"#] {
        head.extend_from_slice(piece.as_bytes());
    }
    quote(system, &mut head);
    head.push(b'}');
    head
}

const PARTS: Parts = Parts {
    text: "text",
    media: part,
};

fn wire(message: &Message, body: &mut Vec<u8>) {
    message::write(message, None, &PARTS, body);
}

/// An image or a PDF. One that the server takes by no address was refused before.
fn part(media: &Media) -> String {
    let url = message::url(media);
    match media.kind() {
        MediaKind::Image => format!(r#"{{"type":"image_url","image_url":{{"url":{url}}}}}"#),
        MediaKind::Pdf => {
            let name = message::name(media);
            format!(r#"{{"type":"file","file":{{"filename":{name},"file_data":{url}}}}}"#)
        }
    }
}

/// Everything that belongs to this call only.
fn tail(request: &Request, takes: &Capabilities, streamed: bool, body: &mut Vec<u8>) {
    let mut add = |text: &str| body.extend_from_slice(text.as_bytes());
    add("]");
    match &request.schema {
        None => {}
        Some(WireSchema {
            dialect,
            name,
            json,
        }) if *dialect != Dialect::Prompted && takes.mode == Mode::Native => {
            let name = quoted(name);
            add(&format!(
                r#","response_format":{{"type":"json_schema","json_schema":{{"name":{name},"strict":true,"schema":{json}}}}}"#
            ));
        }
        Some(_) if takes.json_object => {
            add(r#","response_format":{"type":"json_object"}"#);
        }
        Some(_) => {}
    }
    if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
        add(&format!(r#","temperature":{}"#, Value::from(temperature)));
    }
    if let Some(limit) = request.max_tokens {
        add(&format!(r#","{}":{limit}"#, takes.max_tokens.name()));
    }
    if request.logprobs && takes.logprobs {
        add(r#","logprobs":true"#);
    }
    if let Some(conversation) = request.conversation.as_deref().filter(|_| takes.cache_key) {
        add(&format!(r#","prompt_cache_key":{}"#, quoted(conversation)));
    }
    if takes.routes && request.schema.is_some() {
        add(r#","provider":{"require_parameters":true}"#);
    }
    if streamed {
        add(r#","stream":true"#);
        if takes.stream_usage {
            add(r#","stream_options":{"include_usage":true}"#);
        }
    }
    add("}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::attached::*;
    use crate::provider::profile::{OPENAI, OPENAI_HOST, capabilities as of};

    fn capabilities(host: &str, model: &str) -> Capabilities {
        of(OPENAI, host, model)
    }

    fn joined(request: &Request) -> String {
        let pieces = body("m", request, &capabilities("127.0.0.1", "m"), false);
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn parsed(request: &Request) -> Value {
        serde_json::from_str(&joined(request)).unwrap()
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
            let body = joined(&request);
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
            temperature: Some(0.5),
            max_tokens: Some(9),
            logprobs: true,
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(
            joined(&request),
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
        let body = parsed(&request);
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn nothing_is_sent_that_was_not_set() {
        let body = parsed(&Request::new(Message::user("hi")));
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
            parsed(&request)["messages"],
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
    fn what_is_attached_comes_before_the_text_and_its_note() {
        let address = image_at("https://x.com/a.png");
        let prompt = prompt("Say", [image(), pdf().named("a.pdf"), pdf(), address]);
        let text = prompt.text().to_owned();
        assert_eq!(
            parsed(&noted(prompt))["messages"][1]["content"],
            json!([
                {"type": "image_url", "image_url": {"url": format!("data:image/gif;base64,{IMAGE}")}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}},
                {"type": "file", "file": {"filename": "document.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")}},
                {"type": "image_url", "image_url": {"url": "https://x.com/a.png"}},
                {"type": "text", "text": format!("{text}\n\nthe \"note\"")},
            ])
        );
    }

    #[test]
    fn turns_with_images_share_their_prefix_byte_by_byte() {
        turns_share_their_prefix(joined);
    }

    #[test]
    fn the_history_is_encoded_once() {
        let stored = Message::user("long");
        let request = Request {
            history: [stored].into_iter().collect(),
            ..Request::new(Message::user("hi"))
        };
        let first = body("m", &request, &capabilities("", "m"), false);
        let second = body("m", &request.clone(), &capabilities("", "m"), false);
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
        let pieces = body("m", &request, &capabilities("api.groq.com", "m"), false);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }

    #[test]
    fn a_stream_is_asked_to_end_with_its_usage_where_the_server_knows_that() {
        let request = Request::new(Message::user("hi"));
        for (host, usage) in [("127.0.0.1", true), ("api.mistral.ai", false)] {
            let pieces = body("m", &request, &capabilities(host, "m"), true);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            assert_eq!(body["stream"], true);
            assert_eq!(body["stream_options"]["include_usage"] == true, usage);
        }
    }

    #[test]
    fn a_conversation_has_a_key_in_the_cache_of_openai_alone() {
        let request = Request {
            conversation: Some("c-1".into()),
            ..Request::new(Message::user("hi"))
        };
        for (host, key) in [(OPENAI_HOST, json!("c-1")), ("127.0.0.1", Value::Null)] {
            let pieces = body("m", &request, &capabilities(host, "m"), false);
            let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
            assert_eq!(body["prompt_cache_key"], key);
        }
    }

    #[test]
    fn a_reasoning_model_hears_the_developer() {
        let request = Request::new(Message::user("hi"));
        let pieces = body("o3", &request, &capabilities(OPENAI_HOST, "o3"), false);
        let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(body["messages"][0]["role"], "developer");
    }
}
