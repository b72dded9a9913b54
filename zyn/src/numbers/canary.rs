//! What is said to a model and what it answers, looked for wherever something is shown.
//!
//! A subscriber listens to the whole process, so each part runs in one of its own.

mod seen;

use std::collections::HashMap;
use std::error::Error as _;
use std::fmt::Debug;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::Arc;

use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::seen::Seen;
use crate::numbers::row;
use crate::policy::Fallback;
use crate::prelude::*;
use crate::testing::{Reply, Scripted};
use crate::{
    BoxFuture, Engine, Error, Failure, Message, OpenAi, ProviderError, StepCall, StepFn, StepRecord,
};

/// Is part of every input, hole, message of the history and answer.
const CANARY: &str = "canary-7f3a";
/// What stands for it where it is redacted.
const REDACTED: &str = "redacted-9c1b";
const CAPTURED: [&str; 2] = ["gen_ai.input.messages", "gen_ai.output.messages"];

fn with(place: &str) -> String {
    format!("{CANARY}-{place}")
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Extract)]
struct Customer {
    name: String,
    debts: HashMap<String, u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Mood {
    Calm,
    Angry,
}

workflow!(
    /// Answer a ticket.
    async fn answer(ticket: &str, who: &str) -> String {
        let found = extract::<Customer>("The customer, perhaps {who}", ticket).reasoning();
        let mood = classify::<Mood>("What is the mood of {found.name}?", ticket).runner_up();
        let text = transform("Write to {found.name}, who is {mood}", ticket);
        text
    }
);

/// Shows a value in all ways.
fn show(value: &impl Debug) {
    println!("{value:?}\n{value:#?}");
}

fn show_error(error: &Error) {
    show(error);
    println!("{error}\n{error:#}");
    let mut source = error.source();
    while let Some(error) = source {
        println!("{error}\n{error:?}\n{error:#?}");
        source = error.source();
    }
    unwrapped(Err(error.clone()));
}

/// Panics with what an `unwrap` says.
fn unwrapped(outcome: Result<(), impl Debug>) {
    assert!(catch_unwind(AssertUnwindSafe(|| outcome.unwrap())).is_err());
}

/// Shows each step that it runs.
struct Showing;

impl Engine for Showing {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            show(&call);
            let record = exec().await?;
            show(&record);
            Ok(record)
        })
    }
}

fn good() -> [String; 3] {
    let (reasoning, name, debt) = (with("reasoning"), with("name"), with("debt"));
    [
        format!(
            r#"{{"reasoning":"{reasoning}","value":{{"name":"{name}","debts":{{"{debt}":3}}}}}}"#
        ),
        r#"{"label":"Calm","runner_up":"Angry"}"#.to_owned(),
        format!("Dear {name}"),
    ]
}

fn conversation() -> Session {
    let mut session = Session::named("a conversation");
    session.append(Message::system(with("system")));
    session.append(Message::user(with("question")));
    session.append(Message::assistant(with("answer")));
    session
}

/// Runs and fires that go well.
async fn all_is_well(dress: &impl Fn(Llm) -> Llm) {
    for streamed in [false, true] {
        let llm = dress(Llm::new(Scripted::new(good())));
        let (ticket, who) = (with("ticket"), with("hole"));
        let mut session = conversation();
        let run = answer(&ticket, &who)
            .on_event(show)
            .engine(Arc::new(Showing));
        let run = if streamed { run.streamed() } else { run };
        show(&run);
        let (outcome, report) = run.run_detailed(&llm, &mut session).await;
        assert!(outcome.unwrap().contains(CANARY));
        show(&report);
        show(&session);
        show(&llm);
        show(&llm.spend());
    }
    let [found, mood, text] = good();
    let llm = dress(Llm::new(Scripted::new([&*found, &mood, &text])));
    let mut session = conversation();
    let ticket = with("ticket");
    let found = crate::extract::<Customer>("The customer").reasoning();
    let found = found.context(with("context"));
    show(&found);
    let answer = found.fire_detailed(&llm, &mut session, &*ticket).await;
    let answer = answer.unwrap();
    show(&answer);
    let mood = crate::classify::<Mood>("The mood").runner_up();
    show(
        &mood
            .fire_detailed(&llm, &mut session, &*ticket)
            .await
            .unwrap(),
    );
    let text = crate::transform("Write to them");
    let mut stream = text.stream(&llm, &mut session, &*ticket).unwrap();
    show(&stream);
    assert!(stream.text().await.is_some());
    show(&stream);
    let text = stream.finish_detailed().await.unwrap();
    show(&text);
    unwrapped(Err(text));
    show(&session.messages());

    let llm = dress(Llm::new(Scripted::new(good())));
    let batch = crate::batch([with("ticket")], |ticket: String| load(ticket));
    show(&batch);
    show(&batch.run(&llm).await);
    let dry = load(with("ticket")).dry_run(&conversation()).await;
    show(&dry);
}

workflow!(
    async fn load(ticket: String) -> Customer {
        let found = extract::<Customer>("The customer", ticket).reasoning();
        found
    }
);

/// Answers that are not accepted, and models that fail.
async fn all_goes_wrong(dress: &impl Fn(Llm) -> Llm) {
    let ticket = with("ticket");
    let name = with("name");
    let replies = [
        name.clone(),
        format!("{{\"name\":\"{name}\"}}"),
        format!(r#"{{"name":{{"{name}":"{name}"}},"debts":{{}}}}"#),
        format!(r#"{{"name":"x","debts":{{"{name}":"many"}}}}"#),
        format!(r#"{{"name":"x","debts":{{"{name}":"{name}"}}}}"#),
    ];
    for reply in &replies {
        let script = [reply.clone(), reply.clone(), reply.clone()];
        let llm = dress(Llm::new(Scripted::new(script)));
        let found = crate::extract::<Customer>("The customer");
        let mut session = conversation();
        let error = found.fire(&llm, &mut session, &*ticket).await.unwrap_err();
        show_error(&error);
        let otherwise = found.otherwise(Customer {
            name: "nobody".to_owned(),
            debts: HashMap::new(),
        });
        let script = [reply.clone(), reply.clone(), reply.clone()];
        let llm = dress(Llm::new(Scripted::new(script)));
        let answer = otherwise.fire_detailed(&llm, &mut session, &*ticket).await;
        show(&answer.unwrap());
    }
    // read all the same, with repairs
    for reply in [
        format!(r#"{{"name":"x","debts":{{"{name}":"3"}}}}"#),
        format!(r#"Of {name}: {{"name":"x","debts":{{}},"{name}":1}}"#),
    ] {
        let llm = dress(Llm::new(Scripted::new([reply])));
        let found = crate::extract::<Customer>("The customer");
        let mut session = conversation();
        let answer = found.fire_detailed(&llm, &mut session, &*ticket).await;
        let answer = answer.unwrap();
        assert!(!answer.repairs.is_empty());
        show(&answer);
    }
    let label = format!(r#"{{"label":"{name}"}}"#);
    let llm = dress(Llm::new(Scripted::new([&*label, &label, &label])));
    let mood = crate::classify::<Mood>("The mood").using(&llm);
    let error = mood.fire(&llm, &mut conversation(), &*ticket).await;
    show_error(&error.unwrap_err());
    let unsure = format!(r#"{{"text":"{name}","confidence":0.1}}"#);
    let llm = dress(Llm::new(Scripted::new([unsure])));
    let text = crate::transform("Write").confidence(0.9);
    let error = text.fire(&llm, &mut conversation(), &*ticket).await;
    show_error(&error.unwrap_err());

    for kind in [Failure::Refusal, Failure::Server, Failure::Rejected] {
        let said = ProviderError::new("model", kind.clone()).with_detail(&name);
        let llm = Llm::new(Scripted::by(move |_| Err(said.clone()))).retry(0);
        let llm = dress(llm);
        let other = dress(Llm::new(Scripted::new([Reply::broken(&*name)])));
        let llm = llm.fallback(Fallback::to(&other).when(|error| {
            show_error(error);
            true
        }));
        let mut session = conversation();
        let run = answer(&ticket, &name).on_event(show);
        let (outcome, report) = run.run_detailed(&llm, &mut session).await;
        show_error(&outcome.unwrap_err());
        show(&report);
    }
}

/// The same over the wire, where a server says what it was sent.
async fn a_server_echoes(dress: &impl Fn(Llm) -> Llm) {
    let name = with("name");
    let said = format!(r#"{{"error":{{"message":"{name}","type":"error","param":"{name}"}}}}"#);
    let text = format!(r#"{{"message":{{"content":"{name}"}},"finish_reason":"stop"}}"#);
    let replies = [
        (400, said.clone()),
        (429, said.clone()),
        (500, format!("<html>{name}</html>")),
        (200, format!(r#"{{"choices":[{{"{name}"#)),
        (200, format!(r#"{{"choices":[{text}]}}"#)),
    ];
    for (status, body) in replies {
        let (base, heard) = server(status, body);
        let llm = dress(Llm::new(OpenAi::new("m").base_url(base)).retry(0));
        let mut session = conversation();
        let write = crate::transform("Write");
        let fired = write
            .fire_detailed(&llm, &mut session, &*with("ticket"))
            .await;
        let request = heard.recv().unwrap();
        for place in ["ticket", "system", "question", "answer"] {
            assert!(request.contains(&with(place)), "it was sent: {place}");
        }
        match fired {
            Ok(answer) => show(&answer),
            Err(error) => show_error(&error),
        }
        show(&llm);
    }
}

/// A server of one request: where it is, and what it will have been sent.
fn server(status: u16, body: String) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (send, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut chunk) = (String::new(), [0; 1 << 16]);
        while !is_whole(&request) {
            let read = stream.read(&mut chunk).unwrap();
            request += std::str::from_utf8(&chunk[..read]).unwrap();
        }
        send.send(request).unwrap();
        let length = body.len();
        let head = format!("HTTP/1.1 {status} S\r\nconnection: close\r\ncontent-length: {length}");
        let type_ = "content-type: application/json";
        write!(stream, "{head}\r\n{type_}\r\n\r\n{body}").unwrap();
    });
    (base, heard)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lengths = head
        .lines()
        .filter_map(|line| line.strip_prefix("content-length: "));
    let length: usize = lengths.next().unwrap().parse().unwrap();
    body.len() >= length
}

/// Everything, with each `Llm` as `dress` makes it.
fn everything(dress: impl Fn(Llm) -> Llm) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        all_is_well(&dress).await;
        all_goes_wrong(&dress).await;
        a_server_echoes(&dress).await;
    });
    println!("all was shown");
}

#[test]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib numbers::canary` runs it in a process of its own"]
fn nothing_is_captured() {
    let log = tracing_subscriber::fmt::layer().with_span_events(FmtSpan::FULL);
    let seen = Seen::default();
    let log = log.with_ansi(false);
    tracing_subscriber::registry()
        .with(log)
        .with(seen.clone())
        .init();
    everything(|llm| llm);
    assert_eq!(seen.fields(|plain, _| plain), [""; 0]);
    assert!(seen.fields(|_, _| true).contains(&"gen_ai.request.model"));
}

#[test]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib numbers::canary` runs it in a process of its own"]
fn all_is_captured() {
    // not on the terminal, where the fields could not be told apart
    let seen = Seen::default();
    tracing_subscriber::registry().with(seen.clone()).init();
    everything(|llm| llm.capture(|text| text.replace(CANARY, REDACTED)));
    assert_eq!(seen.fields(|plain, _| plain), [""; 0], "it was redacted");
    assert_eq!(seen.fields(|_, redacted| redacted), CAPTURED);
    seen.forget();
    everything(|llm| llm.capture(str::to_owned));
    assert_eq!(seen.fields(|plain, _| plain), CAPTURED);
    assert_eq!(seen.fields(|_, redacted| redacted), [""; 0]);
}

/// What a test says in a process of its own.
fn said_by(test: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let test = format!("numbers::canary::{test}");
    let child = child.args(["--ignored", "--exact", "--nocapture", &test]);
    let output = child.env("RUST_BACKTRACE", "0").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

/// The lines in which one of these is, shortened.
fn lines<'a>(said: &'a str, of: &'a str) -> Vec<&'a str> {
    said.lines().filter(|line| line.contains(of)).collect()
}

#[test]
fn what_is_said_is_seen_nowhere_unless_it_is_captured_and_then_in_two_fields() {
    let off = said_by("nothing_is_captured");
    for word in ["all was shown", "chat{", "step{", "Answer {", "panicked at"] {
        assert!(off.contains(word), "{word}");
    }
    let hits = lines(&off, CANARY);
    assert!(hits.is_empty(), "{} lines: {hits:#?}", hits.len());
    let on = said_by("all_is_captured");
    assert_eq!(on.matches("all was shown").count(), 2);
    let hits = [lines(&on, CANARY), lines(&on, REDACTED)].concat();
    assert!(hits.is_empty(), "{} lines: {hits:#?}", hits.len());
    row(
        "31",
        "a canary in inputs, holes, history and answers, of calls that go well and wrong, with fakes and over HTTP; looked for in stdout, stderr, TRACE, panics, `Debug` and `Display`",
        &format!(
            "without capture 0 hits in {} KB; with `capture` in `{}` alone, as redacted",
            off.len() / 1024,
            CAPTURED.join("` and `"),
        ),
    );
}
