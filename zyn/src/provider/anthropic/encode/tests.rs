use serde_json::json;

use super::*;
use crate::provider::Dialect;
use crate::provider::attached::{
    IMAGE, PDF, image, image_at, noted, pdf, pdf_at, prompt, turns_share_their_prefix,
};
use crate::provider::profile::{ANTHROPIC, ANTHROPIC_HOST, capabilities};
use crate::session::History;

const NEWEST: &str = "claude-sonnet-5-5";
const SAMPLED: &str = "claude-sonnet-4-6";
const OLDER: &str = "claude-3-7-sonnet-latest";

fn joined(model: &str, request: &Request) -> String {
    let takes = capabilities(ANTHROPIC, ANTHROPIC_HOST, model);
    String::from_utf8(body(model, request, &takes, false).concat()).unwrap()
}

fn parsed(request: &Request) -> Value {
    serde_json::from_str(&joined(NEWEST, request)).unwrap()
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": [{"type": "text", "text": text}]})
}

fn assistant(text: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "text", "text": text}]})
}

fn schema(dialect: Dialect) -> Option<WireSchema> {
    Some(WireSchema {
        dialect,
        name: "A".into(),
        json: r#"{"type":"object","z":1,"a":2}"#.into(),
    })
}

fn history(messages: impl IntoIterator<Item = Message>) -> History {
    messages.into_iter().collect()
}

#[test]
fn turns_share_their_prefix_byte_by_byte_with_marks_and_without() {
    let marked = (Dialect::Prompted, Some("c-1".into()));
    for (dialect, conversation) in [(Dialect::Anthropic, None), marked] {
        let is_marked = conversation.is_some();
        let texts = ["Größe \"so\"?\n\\", "zwei </s> \u{0}", "three 🦀"];
        let mut history = vec![Message::system("rules"), Message::assistant("Hello!")];
        let mut stable = String::new();
        for (turn, text) in texts.into_iter().enumerate() {
            let prompt = Message::user(text);
            let request = Request {
                system: "Be exact.",
                conversation: conversation.clone(),
                history: history.iter().cloned().collect(),
                note: Some(format!("fields of turn {turn}").into()),
                feedback: vec![Message::assistant("wrong"), Message::user("why")],
                schema: schema(dialect),
                ..Request::new(prompt.clone())
            };
            let body = joined(NEWEST, &request);
            assert_eq!(body.contains("cache_control"), is_marked);
            assert!(body.starts_with(&stable), "{stable}\n{body}");
            let stored = quoted(text);
            let end = body.find(&stored).unwrap() + stored.len();
            stable = body[..end].to_owned();
            println!("turn {turn}: {end} of {} bytes are stable", body.len());
            history.extend([prompt, Message::assistant(format!("answer {turn}"))]);
        }
    }
}

#[test]
fn the_keys_stand_in_a_stable_order() {
    let request = Request {
        system: "s",
        schema: schema(Dialect::Anthropic),
        temperature: Some(0.5),
        max_tokens: Some(9),
        ..Request::new(Message::user("hi"))
    };
    assert_eq!(
        joined(SAMPLED, &request),
        concat!(
            r#"{"model":"claude-sonnet-4-6","system":[{"type":"text","text":"s"}],"#,
            r#""messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_tokens":9,"#,
            r#""output_config":{"format":{"type":"json_schema","schema":{"type":"object","z":1,"a":2}}},"temperature":0.5}"#
        )
    );
}

#[test]
fn nothing_is_sent_that_was_not_set_but_the_limit_that_the_api_wants() {
    let body = parsed(&Request::new(Message::user("hi")));
    assert_eq!(
        body,
        json!({"model": NEWEST, "messages": [user("hi")], "max_tokens": 16_000})
    );
}

#[test]
fn system_messages_stand_before_all_others_wherever_they_were_added() {
    let added = [
        Message::system("one"),
        Message::user("u"),
        Message::assistant("a"),
        Message::system("two"),
        Message::system(" \n"),
    ];
    let blocks = |texts: &[&str]| -> Value {
        texts
            .iter()
            .map(|text| json!({"type": "text", "text": text}))
            .collect()
    };
    for (own, wanted) in [
        ("", blocks(&["one", "two"])),
        ("own", blocks(&["own", "one", "two"])),
    ] {
        let request = Request {
            system: own,
            history: history(added.clone()),
            ..Request::new(Message::user("hi"))
        };
        let body = parsed(&request);
        assert_eq!(body["system"], wanted);
        assert_eq!(
            body["messages"],
            json!([user("u"), assistant("a"), user("hi")])
        );
    }
}

#[test]
fn a_conversation_begins_with_a_user() {
    let begun = [
        Message::system("s"),
        Message::user(" "),
        Message::assistant("a"),
    ];
    for (messages, wanted) in [
        (
            history(begun),
            json!([user(BEGIN), assistant("a"), user("hi")]),
        ),
        (history([Message::system("s")]), json!([user("hi")])),
        (
            history([Message::user("u"), Message::assistant("a")]),
            json!([user("u"), assistant("a"), user("hi")]),
        ),
    ] {
        let request = Request {
            history: messages,
            ..Request::new(Message::user("hi"))
        };
        assert_eq!(parsed(&request)["messages"], wanted);
    }
}

#[test]
fn blank_text_is_left_out() {
    let request = Request {
        history: history([
            Message::user("u"),
            Message::assistant("\n"),
            Message::user(""),
        ]),
        note: Some(" ".into()),
        feedback: vec![Message::assistant(""), Message::user("fix")],
        ..Request::new(Message::user("hi"))
    };
    assert_eq!(
        parsed(&request)["messages"],
        json!([user("u"), user("hi"), user("fix")])
    );
}

#[test]
fn the_note_is_a_block_of_its_own_behind_the_mark_and_feedback_follows() {
    let request = Request {
        conversation: Some("c-1".into()),
        note: Some("a \"note\"\n".into()),
        feedback: vec![Message::assistant("bad"), Message::user("fix")],
        ..Request::new(Message::user("ask"))
    };
    let prompt = json!({"role": "user", "content": [
        {"type": "text", "text": "ask", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "a \"note\"\n"},
    ]});
    assert_eq!(
        parsed(&request)["messages"],
        json!([prompt, assistant("bad"), user("fix")])
    );
}

#[test]
fn what_is_attached_comes_before_the_text_with_the_mark_and_the_note() {
    let addresses = [
        image_at("https://x.com/\"a\""),
        pdf_at("https://x.com/a").named("\"a\""),
    ];
    let prompt = prompt("Say", [image(), pdf()].into_iter().chain(addresses));
    let text = prompt.text().to_owned();
    let request = Request {
        conversation: Some("c-1".into()),
        ..noted(prompt)
    };
    let wanted = json!([
        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": IMAGE}},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}},
        {"type": "image", "source": {"type": "url", "url": "https://x.com/\"a\""}},
        {"type": "document", "source": {"type": "url", "url": "https://x.com/a"}, "title": "\"a\""},
        {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "the \"note\""},
    ]);
    let body = parsed(&request);
    assert_eq!(body["messages"][0]["content"], wanted);
    assert_eq!(body.to_string().matches("cache_control").count(), 1);
}

#[test]
fn turns_with_images_share_their_prefix_byte_by_byte() {
    turns_share_their_prefix(|request| joined(NEWEST, request));
    turns_share_their_prefix(|request| {
        let conversation = Some("c-1".into());
        let request = Request {
            conversation,
            ..request.clone()
        };
        joined(NEWEST, &request)
    });
}

#[test]
fn the_last_system_message_and_the_prompt_have_marks_in_a_conversation_alone() {
    let mut request = Request {
        system: "own",
        history: history([
            Message::system("one"),
            Message::user("u"),
            Message::system("two"),
        ]),
        ..Request::new(Message::user("hi"))
    };
    assert!(!joined(NEWEST, &request).contains("cache_control"));
    request.conversation = Some("c-1".into());
    let body = parsed(&request);
    let mark = json!({"type": "ephemeral"});
    assert_eq!(body["system"][2]["cache_control"], mark);
    assert_eq!(body["messages"][1]["content"][0]["cache_control"], mark);
    let marks = body.to_string().matches("cache_control").count();
    assert_eq!(marks, 2, "{body}");
    request.history = history([]);
    let body = parsed(&request);
    assert_eq!(body["system"], json!([{"type": "text", "text": "own"}]));
}

#[test]
fn what_is_held_to_a_schema_has_no_mark_if_later_turns_are_not() {
    let request = Request {
        conversation: Some("c-1".into()),
        schema: schema(Dialect::Anthropic),
        ..Request::new(Message::user("hi"))
    };
    for (schema_in_cache, marked) in [(true, false), (false, true)] {
        let takes = Capabilities {
            schema_in_cache,
            ..capabilities(ANTHROPIC, ANTHROPIC_HOST, NEWEST)
        };
        let body = body(NEWEST, &request, &takes, false).concat();
        let body = String::from_utf8(body).unwrap();
        assert_eq!(body.contains("cache_control"), marked, "{body}");
    }
}

#[test]
fn the_history_is_encoded_once() {
    let request = Request {
        history: history([Message::system("long"), Message::user("long")]),
        ..Request::new(Message::user("hi"))
    };
    let takes = capabilities(ANTHROPIC, ANTHROPIC_HOST, NEWEST);
    let [first, second] =
        [&request, &request.clone()].map(|request| body(NEWEST, request, &takes, false));
    let kept: Vec<_> = first
        .iter()
        .zip(&second)
        .filter(|(first, second)| first.as_ptr() == second.as_ptr())
        .map(|(piece, _)| String::from_utf8(piece.to_vec()).unwrap())
        .collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept[0].contains("long") && kept[1].contains("long"));
}

#[test]
fn a_schema_for_the_prompt_alone_is_not_sent() {
    for model in [NEWEST, OLDER] {
        let request = Request {
            schema: schema(Dialect::Prompted),
            ..Request::new(Message::user("hi"))
        };
        let plain = Request {
            schema: None,
            ..request.clone()
        };
        assert_eq!(joined(model, &request), joined(model, &plain));
    }
}

#[test]
fn an_older_model_must_call_a_tool_whose_input_is_the_answer() {
    let request = Request {
        schema: schema(Dialect::Anthropic),
        ..Request::new(Message::user("hi"))
    };
    let body: Value = serde_json::from_str(&joined(OLDER, &request)).unwrap();
    assert_eq!(
        body["tools"],
        json!([{"name": "A", "input_schema": {"type": "object", "z": 1, "a": 2}}])
    );
    assert_eq!(body["tool_choice"], json!({"type": "tool", "name": "A"}));
    assert_eq!(body.get("output_config"), None);
}

#[test]
fn a_newer_model_is_sent_no_temperature() {
    let request = Request {
        temperature: Some(0.0),
        ..Request::new(Message::user("hi"))
    };
    assert!(!joined(NEWEST, &request).contains("temperature"));
    assert!(joined(SAMPLED, &request).contains(r#""temperature":0.0"#));
}

#[test]
fn a_stream_is_asked_for() {
    let takes = capabilities(ANTHROPIC, ANTHROPIC_HOST, NEWEST);
    let pieces = body(NEWEST, &Request::new(Message::user("hi")), &takes, true);
    let body: Value = serde_json::from_slice(&pieces.concat()).unwrap();
    assert_eq!(body["stream"], true);
}
