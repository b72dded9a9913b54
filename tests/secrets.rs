//! A key and a prompt go to the server and nowhere else. The only test of this file: it listens to the whole process.

use std::error::Error as _;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use zyn::prelude::*;
use zyn_tests::{Reply, Server};

/// Looks like no provider's key, differs from itself when it is percent-encoded, and fills base64 without a rest.
const KEY: &str = "canary/K3y+with=odd&chars42";
const TICKET: &str = "prompt-canary: the heating is off";

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

workflow!(
    /// Two steps.
    pub async fn answer(ticket: &str) -> String {
        let urgency = classify::<Urgency>("instruction-canary: how urgent is it?", ticket);
        let text = transform("Write a reply to a {urgency} ticket", ticket);
        text
    }
);

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The whole groups of three bytes.
fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text.as_bytes()
        .chunks_exact(3)
        .flat_map(|three| {
            let bits = three
                .iter()
                .fold(0, |bits, &byte| bits << 8 | usize::from(byte));
            [18, 12, 6, 0].map(|shift| char::from(ALPHABET[bits >> shift & 63]))
        })
        .collect()
}

/// The key as it could stand somewhere: plain, percent-encoded, and in base64 at every alignment.
fn forms() -> Vec<String> {
    let mut forms = vec![KEY.to_owned(), percent_encoded(KEY)];
    for skipped in 0..3 {
        forms.push(base64(&KEY[skipped..]));
    }
    forms
}

/// Everything that can be shown of a value.
fn shown(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}\n")
}

fn faults() -> Vec<(&'static str, Reply)> {
    let echo = format!(
        "Incorrect API key provided: {KEY} ({}, {}), asked: {TICKET}",
        percent_encoded(KEY),
        base64(KEY)
    );
    let rejection = json!({"error": {
        "message": echo,
        "type": KEY,
        "code": percent_encoded(KEY),
        "param": KEY,
    }});
    let id = format!("x-request-id: req-{}", base64(KEY));
    let page = format!("<html>{echo}</html>");
    vec![
        ("401", Reply::http(401, &[&id], &rejection.to_string())),
        (
            "429",
            Reply::http(429, &["retry-after: 300"], &rejection.to_string()),
        ),
        ("500", Reply::http(500, &[&id], &page)),
        (
            "truncated JSON",
            Reply::http(200, &[], &format!(r#"{{"error":"{echo}"#)),
        ),
        ("reset", Reply::Reset),
    ]
}

#[tokio::test]
async fn no_fault_shows_the_key_or_the_prompt_anywhere() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(log.clone())
        .init();
    let (mut all, mut details, mut faulty) = (String::new(), String::new(), 0);
    for (name, fault) in faults() {
        let server = Server::new([fault, r#"{"label":"Low"}"#.into(), "Hello".into()]);
        let openai = server.openai().key(KEY);
        all += &shown(&openai);
        let llm = Llm::new(openai).retry(0);
        let mut session = Session::new();
        let events = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&events);
        let listen = move |event: &zyn::Event| *heard.lock().unwrap() += &shown(event);
        let run = answer(TICKET).on_event(listen.clone());
        all += &shown(&run);
        let (outcome, report) = run.run_detailed(&llm, &mut session).await;
        let error = outcome.unwrap_err();
        faulty += 1;
        println!("{name}: {error}");
        all += &format!("{error}\n{error:#}\n");
        all += &(shown(&error) + &shown(&report) + &shown(&session) + &shown(&llm));
        let mut cause = error.source();
        while let Some(error) = cause {
            all += &format!("{error}\n{error:?}\n{error:#?}\n");
            cause = error.source();
        }
        details += error.provider().and_then(|it| it.detail()).unwrap_or("");

        // Then it goes well, and what is shown of that is as silent.
        let run = answer(TICKET).on_event(listen);
        let (outcome, report) = run.run_detailed(&llm, &mut session).await;
        outcome.unwrap();
        all += &(shown(&report) + &shown(&session) + &shown(&llm) + &shown(&llm.spend()));
        all += &shown(&session.messages());
        all += &events.lock().unwrap();
        let received = server.received();
        assert!(received[0].head.contains(KEY), "the key was sent");
        assert!(received[0].text().contains(TICKET), "the prompt was sent");
    }
    assert_eq!(faulty, 5);
    let log = log.text();
    for word in [
        "chat{",
        "error.type=401",
        "step{",
        "reqwest",
        "invoke_workflow",
    ] {
        assert!(log.contains(word), "the log was on: {word}\n{log}");
    }
    println!("{} bytes shown, {} bytes logged", all.len(), log.len());
    for form in forms() {
        for (place, text) in [("shown", &all), ("log", &log), ("detail", &details)] {
            let hits = text.matches(&form).count();
            println!("{place}: {hits} hits for {form}");
            assert_eq!(hits, 0, "{place}: {form}");
        }
    }
    for canary in ["prompt-canary", "instruction-canary"] {
        for (place, text) in [("shown", &all), ("log", &log)] {
            let lines: Vec<&str> = text.lines().filter(|it| it.contains(canary)).collect();
            assert!(lines.is_empty(), "{place}: {lines:#?}");
        }
    }
}
