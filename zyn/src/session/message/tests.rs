//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use super::*;

fn greeting() -> Message {
    Message::prompt(
        Verb::Transform,
        "Greet {name}",
        vec![Block::new("name", "Ada")],
    )
}

#[test]
fn a_prompt_keeps_verb_instruction_and_blocks_apart() {
    let message = greeting();
    assert_eq!(message.role(), Role::User);
    assert_eq!(message.verb(), Some(Verb::Transform));
    assert_eq!(message.instruction(), Some("Greet {name}"));
    assert_eq!(message.blocks(), [Block::new("name", "Ada")]);
}

#[test]
fn a_message_that_no_synapse_wrote_has_text_alone() {
    let message = Message::assistant("Hello");
    assert_eq!(message.text(), "Hello");
    assert_eq!(message.verb(), None);
    assert_eq!(message.instruction(), None);
    assert!(message.blocks().is_empty());
}

#[test]
fn the_text_is_computed_once_for_all_clones() {
    let message = greeting();
    let clone = message.clone();
    assert!(std::ptr::eq(message.text(), clone.text()));
}

#[test]
fn messages_are_equal_if_role_and_content_are() {
    assert_eq!(Message::user("a"), Message::user("a"));
    assert_ne!(Message::user("a"), Message::user("b"));
    assert_ne!(Message::user("a"), Message::assistant("a"));
    assert_ne!(greeting(), Message::user(greeting().text()));
}

#[test]
fn caches_are_neither_compared_nor_serialised() {
    let (used, fresh) = (greeting(), greeting());
    let before = serde_json::to_string(&used).unwrap();
    assert!(!used.text().is_empty());
    assert_eq!(used, fresh);
    assert_eq!(serde_json::to_string(&used).unwrap(), before);
}

#[test]
fn a_pin_and_a_cost_are_stored_and_only_the_pin_is_compared() {
    let answer = Message::answer("High", &"m".into(), Some(Usage::new(3, 1)));
    assert_eq!(answer, Message::assistant("High"));
    assert_ne!(answer.clone().pinned(), answer);
    let stored = serde_json::to_value(answer.pinned()).unwrap();
    let usage = serde_json::to_value(Usage::new(3, 1)).unwrap();
    let expected =
        serde_json::json!({ "assistant": "High", "pinned": true, "asked": "m", "usage": usage });
    assert_eq!(stored, expected);
    let read: Message = serde_json::from_value(stored).unwrap();
    assert!(read.is_pinned());
    assert_eq!(
        (read.asked(), read.usage()),
        (Some("m"), Some(Usage::new(3, 1)))
    );
}

#[test]
fn an_answer_of_unknown_cost_is_stored_without_one() {
    let answer = Message::answer("High", &"m".into(), None);
    let stored = serde_json::to_string(&answer).unwrap();
    assert_eq!(stored, r#"{"assistant":"High","asked":"m"}"#);
    let read: Message = serde_json::from_str(&stored).unwrap();
    assert_eq!((read.asked(), read.usage()), (Some("m"), None));
    let plain = r#"{"user":"u"}"#;
    let read: Message = serde_json::from_str(plain).unwrap();
    assert!(read.0.origin.is_none());
    let broken = r#"{"assistant":"a","usage":7}"#;
    assert!(serde_json::from_str::<Message>(broken).is_err());
}

#[test]
fn an_estimate_is_stored_and_not_compared_and_outlives_a_pin() {
    let answer = Message::answer("High", &"m".into(), None).estimated(7);
    assert_eq!(answer, Message::assistant("High"));
    let stored = serde_json::to_string(&answer.pinned()).unwrap();
    let expected = r#"{"assistant":"High","pinned":true,"estimate":7,"asked":"m"}"#;
    assert_eq!(stored, expected);
    let read: Message = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.estimate(), Some(7));
}

#[test]
fn a_message_is_stored_by_its_fields() {
    let stored = serde_json::to_value([greeting(), Message::assistant("Hi")]).unwrap();
    let expected = serde_json::json!([
        { "prompt": {
            "verb": "transform",
            "instruction": "Greet {name}",
            "blocks": [{ "name": "name", "text": "Ada" }],
        } },
        { "assistant": "Hi" },
    ]);
    assert_eq!(stored, expected);
    let read: Vec<Message> = serde_json::from_value(stored).unwrap();
    assert_eq!(read, [greeting(), Message::assistant("Hi")]);
}

#[test]
fn an_attachment_is_stored_with_its_message_and_read_back_equal() {
    let media = [
        Media::image("GIF89a").unwrap(),
        Media::pdf("%PDF-1.7").unwrap().named("R-7.pdf"),
        Media::image_url("https://example.com/a").unwrap(),
    ];
    let blocks = media.iter().cloned().map(|it| Block::attached("input", it));
    let message = Message::prompt(Verb::Extract, "Read it", blocks.collect());
    let stored = serde_json::to_value(&message).unwrap();
    assert_eq!(
        stored["prompt"]["blocks"],
        serde_json::json!([
            { "name": "input", "text": "", "media": { "kind": "image", "base64": "R0lGODlh" } },
            { "name": "input", "text": "", "media": { "kind": "pdf", "base64": "JVBERi0xLjc=", "name": "R-7.pdf" } },
            { "name": "input", "text": "", "media": { "kind": "image", "url": "https://example.com/a" } },
        ])
    );
    let read: Message = serde_json::from_value(stored).unwrap();
    assert_eq!(read, message);
    assert!(read.media().eq(&media));
}

#[test]
fn another_attachment_makes_another_message_of_the_same_text() {
    let asked = |bytes: &str| {
        let block = Block::attached("input", Media::image(bytes).unwrap());
        Message::prompt(Verb::Extract, "Read it", vec![block])
    };
    assert_eq!(asked("GIF89a").text(), asked("GIF87a").text());
    assert_ne!(asked("GIF89a"), asked("GIF87a"));
}

#[test]
fn a_stored_attachment_that_is_not_what_it_says_is_refused() {
    for media in [
        r#"{"kind":"image","base64":"JVBERi0xLjc="}"#,
        r#"{"kind":"image","base64":"%"}"#,
        r#"{"kind":"pdf","url":"file:///etc/passwd"}"#,
        r#"{"kind":"film","url":"https://a.b"}"#,
    ] {
        let block = format!(r#"{{"name":"input","text":"","media":{media}}}"#);
        assert!(serde_json::from_str::<Block>(&block).is_err(), "{media}");
    }
}

#[test]
fn debug_of_a_message_shows_no_text() {
    let secret = Message::prompt(Verb::Extract, "canary", vec![Block::new("input", "canary")]);
    for message in [secret, Message::system("canary"), Message::user("canary")] {
        assert!(!format!("{message:?}").contains("canary"));
    }
    let scan = Media::pdf("%PDF-canary").unwrap();
    let scan = Message::prompt(Verb::Extract, "R", vec![Block::attached("input", scan)]);
    let shown = format!("{scan:?} {:?}", scan.blocks());
    assert!(
        !shown.contains("canary") && shown.contains("media: 1"),
        "{shown}"
    );
}
