//! From a request to the pieces of a body.
//!
//! `model`, then `input`, then everything else, as in chat completions and for the same reason: the body of a turn, up to
//! the end of the stored text of its last message, is a prefix of the next turn's body.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::quoted;
use crate::provider::openai::message::{self, Parts};
use crate::provider::profile::Capabilities;
use crate::provider::{Dialect, Mode, Request, WireFormat, WireSchema};
use crate::session::{Media, MediaKind, Message};

/// The body of `request`.
pub(super) fn body(
    model: &str,
    request: &Request,
    takes: &Capabilities,
    streamed: bool,
) -> Vec<Bytes> {
    let head = head(model, takes.system.name(), request.system);
    let mut pieces = request
        .history
        .wire(head, WireFormat::OpenAiResponses, wire);
    let mut rest = Vec::new();
    message::write(&request.prompt, request.note.as_deref(), &PARTS, &mut rest);
    for message in &request.feedback {
        wire(message, &mut rest);
    }
    rest.extend_from_slice(tail(request, takes, streamed).as_bytes());
    pieces.push(rest.into());
    pieces
}

/// Up to the first item, the library's own, included. It is an item, since not every server takes `instructions`.
fn head(model: &str, role: &str, system: &str) -> Bytes {
    let (model, system) = (quoted(model), quoted(system));
    format!(r#"{{"model":{model},"input":[{{"role":"{role}","content":{system}}}"#).into()
}

const PARTS: Parts = Parts {
    text: "input_text",
    media: part,
};

fn wire(message: &Message, body: &mut Vec<u8>) {
    message::write(message, None, &PARTS, body);
}

/// An image or a PDF. One that the server takes by no address was refused before.
fn part(media: &Media) -> String {
    let url = message::url(media);
    match (media.kind(), media.url()) {
        (MediaKind::Image, _) => format!(r#"{{"type":"input_image","image_url":{url}}}"#),
        (MediaKind::Pdf, Some(_)) => format!(r#"{{"type":"input_file","file_url":{url}}}"#),
        (MediaKind::Pdf, None) => {
            let name = message::name(media);
            format!(r#"{{"type":"input_file","filename":{name},"file_data":{url}}}"#)
        }
    }
}

/// Everything that belongs to this call only.
fn tail(request: &Request, takes: &Capabilities, streamed: bool) -> String {
    let mut tail = String::from("]");
    match &request.schema {
        None => {}
        Some(WireSchema {
            dialect,
            name,
            json,
        }) if *dialect != Dialect::Prompted && takes.mode == Mode::Native => {
            let name = quoted(name);
            tail += &format!(
                r#","text":{{"format":{{"type":"json_schema","name":{name},"strict":true,"schema":{json}}}}}"#
            );
        }
        Some(_) if takes.json_object => {
            tail.push_str(r#","text":{"format":{"type":"json_object"}}"#);
        }
        Some(_) => {}
    }
    if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
        tail += &format!(r#","temperature":{}"#, Value::from(temperature));
    }
    if let Some(limit) = request.max_tokens {
        tail += &format!(r#","max_output_tokens":{limit}"#);
    }
    if request.logprobs && takes.logprobs {
        tail.push_str(r#","include":["message.output_text.logprobs"]"#);
    }
    if let Some(conversation) = request.conversation.as_deref().filter(|_| takes.cache_key) {
        tail += &format!(r#","prompt_cache_key":{}"#, quoted(conversation));
    }
    if takes.routes && request.schema.is_some() {
        tail.push_str(r#","provider":{"require_parameters":true}"#);
    }
    // else the server keeps prompt and answer: the session is zyn's
    tail.push_str(r#","store":false"#);
    if streamed {
        tail.push_str(r#","stream":true"#);
    }
    tail.push('}');
    tail
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::attached::*;
    use crate::provider::profile::{OPENAI, OPENAI_HOST, capabilities as of};

    fn sent(request: &Request, host: &str, model: &str, streamed: bool) -> String {
        let takes = of(OPENAI, host, model);
        String::from_utf8(body(model, request, &takes, streamed).concat()).unwrap()
    }

    fn parsed(request: &Request, host: &str, model: &str, streamed: bool) -> Value {
        serde_json::from_str(&sent(request, host, model, streamed)).unwrap()
    }

    fn schema(dialect: Dialect, json: &str) -> Option<WireSchema> {
        Some(WireSchema {
            dialect,
            name: "A".into(),
            json: json.into(),
        })
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
                schema: schema(Dialect::OpenAi, "{}"),
                ..Request::new(prompt.clone())
            };
            let body = sent(&request, "127.0.0.1", "m", turn == 1);
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
            conversation: Some("c-1".into()),
            schema: schema(Dialect::OpenAi, r#"{"z":1,"a":2}"#),
            temperature: Some(0.5),
            max_tokens: Some(9),
            logprobs: true,
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(
            sent(&request, OPENAI_HOST, "m", true),
            concat!(
                r#"{"model":"m","input":[{"role":"system","content":""},{"role":"user","content":"hi"}],"#,
                r#""text":{"format":{"type":"json_schema","name":"A","strict":true,"schema":{"z":1,"a":2}}},"#,
                r#""temperature":0.5,"max_output_tokens":9,"include":["message.output_text.logprobs"],"#,
                r#""prompt_cache_key":"c-1","store":false,"stream":true}"#
            )
        );
    }

    #[test]
    fn a_schema_for_the_prompt_alone_is_not_sent() {
        let request = Request {
            schema: schema(Dialect::Prompted, "{}"),
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request, "127.0.0.1", "m", false);
        assert_eq!(body["text"], json!({"format": {"type": "json_object"}}));
    }

    #[test]
    fn nothing_is_sent_that_was_not_set_but_that_nothing_be_kept() {
        let body = parsed(&Request::new(Message::user("hi")), "127.0.0.1", "m", false);
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["model", "input", "store"]);
        assert_eq!(body["store"], false);
    }

    #[test]
    fn items_come_in_order_and_the_note_is_in_the_prompts_own_string() {
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
            parsed(&request, "127.0.0.1", "m", false)["input"],
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
        let addresses = [
            image_at("https://x.com/a.png"),
            pdf_at("https://x.com/a\"b.pdf"),
        ];
        let media = [image(), pdf().named("a.pdf"), pdf()];
        let prompt = prompt("Say", media.into_iter().chain(addresses));
        let text = prompt.text().to_owned();
        let body = parsed(&noted(prompt), "127.0.0.1", "m", false);
        assert_eq!(
            body["input"][1],
            json!({"role": "user", "content": [
                {"type": "input_image", "image_url": format!("data:image/gif;base64,{IMAGE}")},
                {"type": "input_file", "filename": "a.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")},
                {"type": "input_file", "filename": "document.pdf", "file_data": format!("data:application/pdf;base64,{PDF}")},
                {"type": "input_image", "image_url": "https://x.com/a.png"},
                {"type": "input_file", "file_url": "https://x.com/a\"b.pdf"},
                {"type": "input_text", "text": format!("{text}\n\nthe \"note\"")},
            ]})
        );
    }

    #[test]
    fn turns_with_images_share_their_prefix_byte_by_byte() {
        turns_share_their_prefix(|request| sent(request, "127.0.0.1", "m", false));
    }

    #[test]
    fn a_reasoning_model_hears_the_developer_and_takes_no_temperature() {
        let request = Request {
            temperature: Some(0.5),
            logprobs: true,
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request, OPENAI_HOST, "o3", false);
        assert_eq!(body["input"][0]["role"], "developer");
        assert_eq!((body.get("temperature"), body.get("include")), (None, None));
    }
}
