//! From a request to the pieces of a body.
//!
//! `systemInstruction`, then `contents`, then everything else; of the last message, the stored text before the note. So
//! the body of a turn, up to the end of the stored text of its last message, is a prefix of the next turn's body, and the
//! provider's cache can serve it.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::{quote_noted, quoted};
use crate::provider::profile::Capabilities;
use crate::provider::{Dialect, Mode, Request, WireFormat};
use crate::session::{Media, Message, Role};

/// The API wants the user to begin; a window may have cut that off.
const BEFORE_A_MODEL: &str = r#"{"role":"user","parts":[{"text":"Go on."}]},"#;

/// The body of `request`.
pub(super) fn body(request: &Request, takes: &Capabilities) -> Vec<Bytes> {
    let mut pieces = vec![Bytes::from_static(b"{")];
    pieces.extend(instruction(request));
    let before = if begins_with_a_model(request) {
        BEFORE_A_MODEL
    } else {
        ""
    };
    let head = format!(r#""contents":[{before}"#).into();
    let contents = request.history.wire(head, WireFormat::Gemini, told);
    pieces.extend(contents);
    let mut rest = Vec::new();
    content(&request.prompt, request.note.as_deref(), &mut rest);
    for message in request.feedback.iter().filter(|it| !is_blank(it)) {
        rest.push(b',');
        content(message, None, &mut rest);
    }
    rest.extend_from_slice(tail(request, takes).as_bytes());
    pieces.push(rest.into());
    pieces
}

/// The library's system message and those of the conversation: they have one place, in front of everything. Without any,
/// nothing.
fn instruction(request: &Request) -> Vec<Bytes> {
    let own = match request.system.trim() {
        "" => String::new(),
        _ => format!(",{}", part(request.system)),
    };
    let (own, format) = (own.into(), WireFormat::GeminiSystem);
    let mut pieces = request.history.wire(own, format, ruled);
    pieces.retain(|piece| !piece.is_empty());
    if let Some(first) = pieces.first_mut() {
        let comma = 1;
        *first = first.slice(comma..);
        const OPEN: &[u8] = br#""systemInstruction":{"parts":["#;
        pieces.insert(0, Bytes::from_static(OPEN));
        pieces.push(Bytes::from_static(b"]},"));
    }
    pieces
}

/// A system message after another one: its bytes begin with the comma.
fn ruled(message: &Message, body: &mut Vec<u8>) {
    if message.role() == Role::System && !is_blank(message) {
        body.push(b',');
        body.extend_from_slice(part(&message.rendered()).as_bytes());
    }
}

/// Any other message, before another one: its bytes end with the comma, since the prompt follows them all.
fn told(message: &Message, body: &mut Vec<u8>) {
    if message.role() != Role::System && !is_blank(message) {
        content(message, None, body);
        body.push(b',');
    }
}

fn begins_with_a_model(request: &Request) -> bool {
    let mut messages = request.history.iter();
    let first = messages.find(|it| it.role() != Role::System && !is_blank(it));
    first.unwrap_or(&request.prompt).role() == Role::Assistant
}

/// A part without text is refused.
fn is_blank(message: &Message) -> bool {
    message.rendered().trim().is_empty()
}

/// A message, and a note in the same string, behind the text that is stored. What is attached comes before the text, so
/// that the text with its note is the end.
fn content(message: &Message, note: Option<&str>, body: &mut Vec<u8>) {
    let role = match message.role() {
        Role::System | Role::User => "user",
        Role::Assistant => "model",
    };
    body.extend_from_slice(format!(r#"{{"role":"{role}","parts":["#).as_bytes());
    for media in message.media() {
        body.extend_from_slice(attached(media).as_bytes());
        body.push(b',');
    }
    body.extend_from_slice(br#"{"text":"#);
    quote_noted(&message.rendered(), note, body);
    body.extend_from_slice(b"}]}");
}

/// An image or a PDF. One that the model takes by no address was refused before.
fn attached(media: &Media) -> String {
    let mime = media.mime().map(|mime| format!(r#""mimeType":"{mime}","#));
    let mime = mime.unwrap_or_default();
    match media.url() {
        Some(url) => format!(r#"{{"fileData":{{{mime}"fileUri":{}}}}}"#, quoted(url)),
        None => {
            let data = media.base64().unwrap_or_default();
            format!(r#"{{"inlineData":{{{mime}"data":"{data}"}}}}"#)
        }
    }
}

fn part(text: &str) -> String {
    format!(r#"{{"text":{}}}"#, quoted(text))
}

/// Everything that belongs to this call only.
fn tail(request: &Request, takes: &Capabilities) -> String {
    const JSON: &str = r#""responseMimeType":"application/json""#;
    let mut settings = Vec::new();
    match &request.schema {
        Some(schema) if schema.dialect != Dialect::Prompted && takes.mode == Mode::Native => {
            settings.push(JSON.to_owned());
            settings.push(format!(r#""responseJsonSchema":{}"#, schema.json));
        }
        Some(_) if takes.json_object => settings.push(JSON.to_owned()),
        Some(_) | None => {}
    }
    if let Some(limit) = request.max_tokens {
        settings.push(format!(r#""maxOutputTokens":{limit}"#));
    }
    if let Some(temperature) = request.temperature.filter(|_| takes.sampling) {
        settings.push(format!(r#""temperature":{}"#, Value::from(temperature)));
    }
    match settings.join(",").as_str() {
        "" => "]}".to_owned(),
        settings => format!(r#"],"generationConfig":{{{settings}}}}}"#),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::WireSchema;
    use crate::provider::attached::*;
    use crate::provider::profile::{GEMINI, GEMINI_HOST, capabilities};

    fn joined(request: &Request, model: &str) -> String {
        let pieces = body(request, &capabilities(GEMINI, GEMINI_HOST, model));
        String::from_utf8(pieces.concat()).unwrap()
    }

    fn parsed(request: &Request) -> Value {
        serde_json::from_str(&joined(request, "gemini-2.5-flash")).unwrap()
    }

    fn schema(dialect: Dialect) -> Option<WireSchema> {
        Some(WireSchema {
            dialect,
            name: "A".into(),
            json: r#"{"z":1,"a":2}"#.into(),
        })
    }

    fn turn(role: &str, text: &str) -> Value {
        json!({"role": role, "parts": [{"text": text}]})
    }

    #[test]
    fn three_turns_share_their_prefix_byte_by_byte() {
        let texts = ["Größe \"so\"?\n\\", "zwei </s> \u{0}", "three 🦀"];
        let mut history = vec![Message::system("Be \"kind\".")];
        let mut stable = String::new();
        for (turn, text) in texts.into_iter().enumerate() {
            let prompt = Message::user(text);
            let request = Request {
                system: "Be exact.",
                history: history.iter().cloned().collect(),
                note: Some(format!("fields of turn {turn}").into()),
                feedback: vec![Message::assistant("wrong"), Message::user("why")],
                schema: schema(Dialect::Gemini),
                temperature: Some(0.1),
                ..Request::new(prompt.clone())
            };
            let body = joined(&request, "gemini-2.5-flash");
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
            system: "s",
            schema: schema(Dialect::Gemini),
            temperature: Some(0.5),
            max_tokens: Some(9),
            ..Request::new(Message::user("hi"))
        };
        let start = concat!(
            r#"{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"hi"}]}],"#,
            r#""generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"z":1,"a":2},"maxOutputTokens":9"#,
        );
        let sampled = format!(r#"{start},"temperature":0.5}}}}"#);
        assert_eq!(joined(&request, "gemini-2.5-flash"), sampled);
        assert_eq!(joined(&request, "gemini-3.8-flash"), format!("{start}}}}}"));
    }

    #[test]
    fn nothing_is_sent_that_was_not_set() {
        let request = Request::new(Message::user("hi"));
        let body = json!({"contents": [turn("user", "hi")]});
        assert_eq!(parsed(&request), body);
    }

    #[test]
    fn system_messages_are_hoisted_and_the_note_is_in_the_prompts_own_string() {
        let request = Request {
            system: "rules \"1\"",
            history: [
                Message::system("s"),
                Message::user("u"),
                Message::assistant("a"),
                Message::system("late"),
            ]
            .into_iter()
            .collect(),
            note: Some("a \"note\"\n".into()),
            feedback: vec![Message::assistant("bad"), Message::user("fix")],
            ..Request::new(Message::user("ask \"x\""))
        };
        assert_eq!(
            parsed(&request),
            json!({
                "systemInstruction": {"parts": [{"text": "rules \"1\""}, {"text": "s"}, {"text": "late"}]},
                "contents": [
                    turn("user", "u"),
                    turn("model", "a"),
                    turn("user", "ask \"x\"\n\na \"note\"\n"),
                    turn("model", "bad"),
                    turn("user", "fix"),
                ],
            })
        );
    }

    #[test]
    fn without_a_rule_of_the_librarys_those_of_the_conversation_are_still_valid_json() {
        let request = Request {
            history: [Message::system("s"), Message::system("t")]
                .into_iter()
                .collect(),
            ..Request::new(Message::user("hi"))
        };
        let parts = json!([{"text": "s"}, {"text": "t"}]);
        assert_eq!(parsed(&request)["systemInstruction"]["parts"], parts);
    }

    #[test]
    fn blank_messages_are_left_out_but_for_the_prompt() {
        let request = Request {
            system: " ",
            history: [
                Message::system("\n"),
                Message::user("u"),
                Message::assistant(""),
            ]
            .into_iter()
            .collect(),
            feedback: vec![Message::assistant(" "), Message::user("fix")],
            ..Request::new(Message::user(""))
        };
        assert_eq!(
            parsed(&request),
            json!({"contents": [turn("user", "u"), turn("user", ""), turn("user", "fix")]})
        );
    }

    #[test]
    fn a_conversation_that_begins_with_the_model_has_a_word_of_the_user_in_front() {
        for (history, begins) in [
            (vec![Message::assistant("a")], true),
            (vec![Message::system("s"), Message::assistant("a")], true),
            (vec![Message::user(" "), Message::assistant("a")], true),
            (vec![Message::user("u"), Message::assistant("a")], false),
            (vec![Message::assistant("")], false),
            (vec![], false),
        ] {
            let request = Request {
                history: history.into_iter().collect(),
                ..Request::new(Message::user("hi"))
            };
            let body = parsed(&request);
            assert_eq!(body["contents"][0]["role"], "user", "{body}");
            assert_eq!(body.to_string().contains("Go on."), begins, "{body}");
        }
    }

    #[test]
    fn what_is_attached_comes_before_the_text_and_its_note() {
        let addresses = [
            image_at("https://x.com/a.png"),
            image_at("https://x.com/\"a\""),
            pdf_at("https://x.com/a"),
        ];
        let prompt = prompt("Say", [image(), pdf()].into_iter().chain(addresses));
        let text = prompt.text().to_owned();
        assert_eq!(
            parsed(&noted(prompt))["contents"],
            json!([{"role": "user", "parts": [
                {"inlineData": {"mimeType": "image/gif", "data": IMAGE}},
                {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
                {"fileData": {"mimeType": "image/png", "fileUri": "https://x.com/a.png"}},
                {"fileData": {"fileUri": "https://x.com/\"a\""}},
                {"fileData": {"mimeType": "application/pdf", "fileUri": "https://x.com/a"}},
                {"text": format!("{text}\n\nthe \"note\"")},
            ]}])
        );
    }

    #[test]
    fn turns_with_images_share_their_prefix_byte_by_byte() {
        turns_share_their_prefix(|request| joined(request, "gemini-2.5-flash"));
    }

    #[test]
    fn a_schema_for_the_prompt_alone_is_not_sent() {
        let request = Request {
            schema: schema(Dialect::Prompted),
            ..Request::new(Message::user("hi"))
        };
        let settings = json!({"responseMimeType": "application/json"});
        assert_eq!(parsed(&request)["generationConfig"], settings);
    }

    #[test]
    fn the_history_is_encoded_once() {
        let request = Request {
            history: [Message::system("s"), Message::user("long")]
                .into_iter()
                .collect(),
            ..Request::new(Message::user("hi"))
        };
        let takes = capabilities(GEMINI, GEMINI_HOST, "m");
        let [first, second] = [0, 1].map(|_| {
            let pieces = body(&request.clone(), &takes);
            let long = pieces.iter().find(|it| it.ends_with(b"\"long\"}]},"));
            long.unwrap().as_ptr()
        });
        assert_eq!(first, second);
    }
}
