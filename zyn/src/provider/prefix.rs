//! What every format keeps of a conversation: the body of a turn, up to the end of the stored text of its prompt, is the
//! beginning of the next turn's body, byte for byte, so that a provider's cache can serve it. Compiled under `cfg(test)`
//! alone.

use super::attached::turns_share_their_prefix;
use super::format::quoted;
use super::profile::{Api, GEMINI_HOST, OPENAI_HOST, capabilities};
use super::remote::Kind;
use super::{Dialect, Request, WireSchema, anthropic, gemini, ollama, openai};
use crate::session::Message;

/// A format of each API, and of each way in which it writes a conversation: with a host and a model that are spoken to so.
const WAYS: [(Kind, Api, &str, &str); 8] = [
    (openai::KIND, Api::Chat, OPENAI_HOST, "o3"),
    (openai::KIND, Api::Chat, "127.0.0.1", "m"),
    (openai::KIND, Api::Responses, OPENAI_HOST, "o3"),
    (openai::KIND, Api::Responses, "127.0.0.1", "m"),
    (anthropic::KIND, Api::Chat, "api.anthropic.com", "m"),
    (gemini::KIND, Api::Chat, GEMINI_HOST, "gemini-2.5-flash"),
    (gemini::KIND, Api::Chat, GEMINI_HOST, "gemma-4-31b-it"),
    (ollama::KIND, Api::Chat, "localhost", "m"),
];

/// Each way to write a request, with a name for it.
fn ways() -> impl Iterator<Item = (String, impl Fn(&Request) -> String)> {
    WAYS.into_iter().map(|(kind, api, host, model)| {
        let takes = capabilities(kind.table, host, model);
        let write = move |request: &Request| {
            let pieces = (kind.format)(api).body(model, request, &takes, false);
            String::from_utf8(pieces.concat()).unwrap()
        };
        (format!("{model} by {api:?} at {host}"), write)
    })
}

#[test]
fn three_turns_share_their_prefix_byte_by_byte() {
    for (way, write) in ways() {
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
                schema: Some(WireSchema {
                    dialect: Dialect::LlamaCpp,
                    name: "A".into(),
                    json: "{}".into(),
                }),
                temperature: Some(0.1),
                ..Request::new(prompt.clone())
            };
            let body = write(&request);
            assert!(body.starts_with(&stable), "{way}: {stable}\n{body}");
            let stored = quoted(text).trim_end_matches('"').to_owned();
            let end = body.find(&stored).unwrap() + stored.len();
            stable = body[..end].to_owned();
            println!("{way}: {end} of {} bytes are stable", body.len());
            history.extend([prompt, Message::assistant(format!("answer {turn}"))]);
        }
    }
}

#[test]
fn turns_with_images_share_their_prefix_byte_by_byte() {
    for (way, write) in ways() {
        println!("{way}");
        turns_share_their_prefix(write);
    }
}
