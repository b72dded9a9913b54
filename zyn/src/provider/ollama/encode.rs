//! From a request to the pieces of a body.
//!
//! `model`, then `messages`, then everything else; of the last message, the stored text before the note. So the body of a
//! turn, up to the end of the stored text of its last message, is a prefix of the next turn's body: what the server has
//! in its cache is read only once.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::{held, quote_noted, quoted};
use crate::provider::profile::Capabilities;
use crate::provider::{Mode, Request, WireFormat};
use crate::session::{Media, Message};

/// The body of `request`.
pub(super) fn body(
    model: &str,
    request: &Request,
    takes: &Capabilities,
    streamed: bool,
) -> Vec<Bytes> {
    let head = head(model, request.system).into();
    let mut pieces = request.history.wire(head, WireFormat::Ollama, wire);
    let mut rest = Vec::new();
    message(&request.prompt, request.note.as_deref(), &mut rest);
    for it in &request.feedback {
        rest.push(b',');
        message(it, None, &mut rest);
    }
    rest.extend_from_slice(tail(request, takes, streamed).as_bytes());
    pieces.push(rest.into());
    pieces
}

/// Up to the first message, the library's own included. An empty one would displace that of the model's own file.
fn head(model: &str, system: &str) -> Vec<u8> {
    let mut head = format!(r#"{{"model":{},"messages":["#, quoted(model)).into_bytes();
    if !system.trim().is_empty() {
        wire(&Message::system(system), &mut head);
    }
    head
}

/// A message before another one: its bytes end with the comma, since the prompt follows them all.
fn wire(it: &Message, body: &mut Vec<u8>) {
    message(it, None, body);
    body.push(b',');
}

/// A message, and a note in the same string. Images come before the text, so that the text with its note is the end.
fn message(it: &Message, note: Option<&str>, body: &mut Vec<u8>) {
    let role = it.role().name();
    body.extend_from_slice(format!(r#"{{"role":"{role}","#).as_bytes());
    let images: Vec<_> = it.media().map(data).collect();
    if !images.is_empty() {
        body.extend_from_slice(format!(r#""images":[{}],"#, images.join(",")).as_bytes());
    }
    body.extend_from_slice(br#""content":"#);
    quote_noted(&it.rendered(), note, body);
    body.push(b'}');
}

/// The bytes of an image. All else was refused before; if it was not, the server may say that it cannot read it, which is
/// better than to leave it out in silence.
fn data(media: &Media) -> String {
    match media.base64() {
        Some(data) => format!(r#""{data}""#),
        None => quoted(media.url().unwrap_or_default()),
    }
}

/// Everything that belongs to this call only.
fn tail(request: &Request, takes: &Capabilities, streamed: bool) -> String {
    let mut tail = String::from("]");
    if let Some(schema) = held(request).filter(|_| takes.mode == Mode::Native) {
        tail += &format!(r#","format":{}"#, schema.json);
    } else if request.schema.is_some() && takes.json_object {
        tail.push_str(r#","format":"json""#);
    }
    let mut options = Vec::new();
    if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
        options.push(format!(r#""temperature":{}"#, Value::from(temperature)));
    }
    if let Some(limit) = request.max_tokens {
        options.push(format!(r#""num_predict":{limit}"#));
    }
    if !options.is_empty() {
        tail += &format!(r#","options":{{{}}}"#, options.join(","));
    }
    // the server streams unless it is told not to
    tail += &format!(r#","stream":{streamed}}}"#);
    tail
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::attached::*;
    use crate::provider::profile::{OLLAMA, capabilities};
    use crate::provider::{Dialect, WireSchema};

    fn joined(request: &Request, model: &str, streamed: bool) -> String {
        let takes = capabilities(OLLAMA, "localhost", model);
        let pieces = body(model, request, &takes, streamed);
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn parsed(request: &Request) -> Value {
        serde_json::from_str(&joined(request, "m:1b", false)).unwrap()
    }

    fn schema(dialect: Dialect) -> Option<WireSchema> {
        Some(WireSchema {
            dialect,
            name: "A".into(),
            json: r#"{"z":1,"a":2}"#.into(),
        })
    }

    #[test]
    fn the_keys_stand_in_a_stable_order() {
        let request = Request {
            system: "s",
            schema: schema(Dialect::LlamaCpp),
            temperature: Some(0.5),
            max_tokens: Some(9),
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(
            joined(&request, "m:1b", true),
            concat!(
                r#"{"model":"m:1b","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"#,
                r#""format":{"z":1,"a":2},"options":{"temperature":0.5,"num_predict":9},"stream":true}"#
            )
        );
    }

    #[test]
    fn nothing_is_sent_that_was_not_set_but_that_there_is_no_stream() {
        let messages = json!([{"role": "user", "content": "hi"}]);
        assert_eq!(
            parsed(&Request::new(Message::user("hi"))),
            json!({"model": "m:1b", "messages": messages, "stream": false})
        );
    }

    #[test]
    fn messages_come_in_order_and_the_note_is_in_the_prompts_own_string() {
        let request = Request {
            system: "rules \"1\"",
            history: [
                Message::user("u"),
                Message::assistant("a"),
                Message::system("s"),
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
                {"role": "user", "content": "u"},
                {"role": "assistant", "content": "a"},
                {"role": "system", "content": "s"},
                {"role": "user", "content": "ask \"x\"\n\na \"note\"\n"},
                {"role": "assistant", "content": "bad"},
                {"role": "user", "content": "fix"},
            ])
        );
    }

    #[test]
    fn images_come_before_the_text_and_its_note() {
        let prompt = prompt("Say", [image(), image()]);
        let text = prompt.text().to_owned();
        let content = format!("{text}\n\nthe \"note\"");
        let request = noted(prompt);
        assert_eq!(
            parsed(&request)["messages"],
            json!([{"role": "user", "images": [IMAGE, IMAGE], "content": content}])
        );
        let body = joined(&request, "m:1b", false);
        assert!(body.find(IMAGE) < body.find("Say"), "{body}");
    }

    #[test]
    fn what_the_server_cannot_read_is_not_left_out_in_silence() {
        let address = image_at("https://x.com/a.png");
        let body = parsed(&noted(prompt("Say", [pdf(), address])));
        let images = json!([PDF, "https://x.com/a.png"]);
        assert_eq!(body["messages"][0]["images"], images);
    }

    #[test]
    fn where_the_prompt_alone_says_the_schema_the_answer_is_json_all_the_same() {
        for (dialect, model) in [
            (Dialect::Prompted, "m:1b"),
            (Dialect::LlamaCpp, "m:1b-cloud"),
        ] {
            let request = Request {
                schema: schema(dialect),
                ..Request::new(Message::user("hi"))
            };
            let body: Value = serde_json::from_str(&joined(&request, model, false)).unwrap();
            assert_eq!(body["format"], "json", "{model}");
        }
    }
}
