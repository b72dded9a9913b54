//! From a request to the pieces of a body.
//!
//! `systemInstruction`, then `contents`, then everything else; of the last message, the stored text before the note. So
//! the body of a turn, up to the end of the stored text of its last message, is a prefix of the next turn's body, and the
//! provider's cache can serve it.

use bytes::Bytes;
use serde_json::Value;

use crate::provider::format::{BEGIN, begins_with_the_model, held, quote_noted, quoted};
use crate::provider::profile::{Capabilities, SystemRole};
use crate::provider::{Mode, Request, WireFormat};
use crate::session::{Media, Message, Role};

/// The body of `request`.
pub(super) fn body(request: &Request, takes: &Capabilities) -> Vec<Bytes> {
    let mut pieces = vec![Bytes::from_static(b"{")];
    let mut rules = rules(request);
    if takes.system != SystemRole::User && !rules.is_empty() {
        const OPEN: &[u8] = br#""systemInstruction":{"parts":["#;
        pieces.push(Bytes::from_static(OPEN));
        pieces.append(&mut rules);
        pieces.push(Bytes::from_static(b"]},"));
    }
    pieces.push(Bytes::from_static(br#""contents":["#));
    let mut contents = request
        .history
        .wire(begin(request), WireFormat::Gemini, told);
    let mut rest = Vec::new();
    content(&request.prompt, request.note.as_deref(), &mut rest);
    for message in request.feedback.iter().filter(|it| !is_blank(it)) {
        rest.push(b',');
        content(message, None, &mut rest);
    }
    rest.extend_from_slice(tail(request, takes).as_bytes());
    contents.push(rest.into());
    contents.retain(|piece| !piece.is_empty());
    if let Some(first) = contents.first_mut().filter(|_| !rules.is_empty()) {
        // in front of what the user says first
        *first = first.slice(USER.len()..);
        pieces.push(Bytes::from_static(USER));
        pieces.append(&mut rules);
        pieces.push(Bytes::from_static(b","));
    }
    pieces.append(&mut contents);
    pieces
}

/// How a content of the user's begins.
const USER: &[u8] = br#"{"role":"user","parts":["#;

/// What stands before a conversation that begins with the model.
fn begin(request: &Request) -> Bytes {
    match begins_with_the_model(request) {
        true => format!(r#"{{"role":"user","parts":[{}]}},"#, part(BEGIN)).into(),
        false => Bytes::new(),
    }
}

/// The parts of the library's system message and of those of the conversation: they have one place, in front of
/// everything.
fn rules(request: &Request) -> Vec<Bytes> {
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
    if let Some(schema) = held(request).filter(|_| takes.mode == Mode::Native) {
        settings.push(JSON.to_owned());
        settings.push(format!(r#""responseJsonSchema":{}"#, schema.json));
    } else if request.schema.is_some() && takes.json_object {
        settings.push(JSON.to_owned());
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
    use crate::provider::attached::*;
    use crate::provider::profile::{GEMINI, GEMINI_HOST, capabilities};
    use crate::provider::{Dialect, WireSchema};

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
            assert_eq!(body.to_string().contains(BEGIN), begins, "{body}");
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
    fn a_model_that_takes_no_instruction_is_told_the_rules_in_front_of_what_the_user_says_first() {
        let gemma = |request: &Request| -> Value {
            serde_json::from_str(&joined(request, "gemma-3-27b-it")).unwrap()
        };
        let parts = |texts: &[&str]| {
            let texts = texts.iter().map(|text| json!({ "text": text }));
            json!({"role": "user", "parts": texts.collect::<Vec<_>>()})
        };
        let first = Request {
            system: "rules",
            ..Request::new(Message::user("hi"))
        };
        let contents = json!({"contents": [parts(&["rules", "hi"])]});
        assert_eq!(gemma(&first), contents);
        let history = [
            Message::system("s"),
            Message::user("u"),
            Message::assistant("a"),
        ];
        let later = Request {
            history: history.iter().cloned().collect(),
            ..first.clone()
        };
        let said = [
            parts(&["rules", "s", "u"]),
            turn("model", "a"),
            turn("user", "hi"),
        ];
        assert_eq!(gemma(&later), json!({"contents": said}));
        let cut = Request {
            history: history.into_iter().skip(2).collect(),
            ..first
        };
        let said = [
            parts(&["rules", BEGIN]),
            turn("model", "a"),
            turn("user", "hi"),
        ];
        assert_eq!(gemma(&cut), json!({"contents": said}));
        let none = Request::new(Message::user("hi"));
        assert_eq!(gemma(&none), json!({"contents": [turn("user", "hi")]}));
    }

    #[test]
    fn a_model_that_knows_no_json_is_asked_for_none() {
        let request = Request {
            schema: schema(Dialect::Prompted),
            ..Request::new(Message::user("hi"))
        };
        let body = joined(&request, "models/gemma-3-4b-it");
        assert!(!body.contains("generationConfig"), "{body}");
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
