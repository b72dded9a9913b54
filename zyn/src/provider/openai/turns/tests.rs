//! Conversations by turns, in chat completions. Compiled under `cfg(test)` alone.

use bytes::Bytes;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::provider::attached::{IMAGE, image, prompt};
use crate::provider::openai::KIND;
use crate::provider::profile::{Api, capabilities};
use crate::provider::{Request, format::BEGIN};
use crate::session::{History, Message};

fn pieces(request: &Request) -> Vec<Bytes> {
    let takes = capabilities(KIND.table, "127.0.0.1", "m");
    (KIND.format)(Api::Chat).body("m", request, &takes, false)
}

fn written(request: &Request) -> String {
    String::from_utf8(pieces(request).concat()).unwrap()
}

fn sent(system: &'static str, history: &[Message], prompt: &str) -> Vec<Value> {
    let body = written(&Request {
        system,
        history: history.iter().cloned().collect(),
        ..Request::new(Message::user(prompt))
    });
    let body: Value = serde_json::from_str(&body).unwrap();
    body["messages"].as_array().unwrap().clone()
}

fn said(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

#[test]
fn there_is_one_system_message_and_one_message_of_each_role_in_a_row() {
    let history = [
        Message::system("s \"1\""),
        Message::system("s 2"),
        Message::user("u 1"),
        Message::user("u 2"),
        Message::assistant("a 1"),
        Message::assistant("a 2"),
        Message::system("late"),
    ];
    assert_eq!(
        sent("rules", &history, "hi"),
        [
            said("system", "rules\n\ns \"1\"\n\ns 2"),
            said("user", "u 1\n\nu 2"),
            said("assistant", "a 1\n\na 2"),
            said("user", "late\n\nhi"),
        ]
    );
}

#[test]
fn without_a_rule_of_the_librarys_nothing_is_sent_that_is_blank() {
    assert_eq!(sent(" ", &[], "hi"), [said("user", "hi")]);
    assert_eq!(
        sent("", &[Message::system("s")], "hi"),
        [said("system", "s"), said("user", "hi")]
    );
    assert_eq!(
        sent("", &[Message::user("u"), Message::assistant("a")], "hi"),
        [
            said("user", "u"),
            said("assistant", "a"),
            said("user", "hi")
        ]
    );
}

#[test]
fn a_conversation_that_begins_with_the_model_has_a_word_of_the_user_in_front() {
    let begun = [
        said("user", BEGIN),
        said("assistant", "a"),
        said("user", "hi"),
    ];
    let answer = Message::assistant("a");
    assert_eq!(sent("", std::slice::from_ref(&answer), "hi"), begun);
    let ruled = sent("rules", &[Message::system("s"), answer], "hi");
    assert_eq!(ruled[0], said("system", "rules\n\ns"));
    assert_eq!(ruled[1..], begun);
}

#[test]
fn a_message_with_images_begins_one_of_its_own_and_takes_up_what_follows() {
    let picture = prompt("Look", [image()]);
    let text = picture.rendered().into_owned();
    let history = [
        Message::user("u"),
        picture.clone(),
        picture,
        Message::system("late"),
    ];
    let part = |text: &str| json!({"type": "text", "text": text});
    let url = format!("data:image/gif;base64,{IMAGE}");
    let image = json!({"type": "image_url", "image_url": {"url": url}});
    let last = format!("{text}\n\nlate\n\nhi");
    assert_eq!(
        sent("", &history, "hi"),
        [
            said("user", "u"),
            json!({"role": "user", "content": [image, part(&text), image, part(&last)]}),
        ]
    );
}

#[test]
fn the_history_is_encoded_once() {
    let request = Request {
        system: "rules",
        history: [Message::user("long")].into_iter().collect(),
        ..Request::new(Message::user("hi"))
    };
    let (first, second) = (pieces(&request), pieces(&request.clone()));
    assert_eq!(first[1].as_ptr(), second[1].as_ptr());
}

#[test]
fn any_conversation_is_valid_and_written_alike_however_it_grew() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..500 {
        let mut grown = History::default();
        let mut stable = String::new();
        for turn in 0..rng.usize(1..8) {
            let mut messages = Vec::new();
            for at in 0..rng.usize(..4) {
                let text = format!("{turn} {at} \"ü\"");
                messages.push(match rng.u8(..5) {
                    0 | 1 => Message::system(text),
                    2 => Message::user(text),
                    3 => Message::assistant(text),
                    _ => prompt(&text, [image()]),
                });
            }
            grown.append(messages);
            let request = |history| Request {
                system: "rules",
                history,
                note: Some(format!("note {turn}").into()),
                feedback: vec![Message::assistant("bad"), Message::user("fix")],
                ..Request::new(Message::user(format!("ask {turn}")))
            };
            let body = written(&request(grown.clone()));
            assert_eq!(body, written(&request(grown.iter().cloned().collect())));
            assert!(body.starts_with(&stable), "{stable}\n{body}");
            stable = body[..body.find(&format!("\\n\\nnote {turn}")).unwrap()].to_owned();
            grown.append([Message::user(format!("ask {turn}"))]);

            let body: Value = serde_json::from_str(&body).unwrap();
            let messages = body["messages"].as_array().unwrap();
            assert_eq!(messages[0]["role"], "system");
            assert_eq!(messages[1]["role"], "user");
            for pair in messages.windows(2) {
                let is_next = pair[0]["role"] != pair[1]["role"] && pair[1]["role"] != "system";
                // text cannot become a list behind itself
                let is_picture = pair[1]["content"].is_array();
                assert!(is_next || is_picture, "{body}");
            }
        }
    }
}
