//! zyn against a real language model on this machine, the one that the examples use.
//!
//! ```text
//! cargo test -p zyn-e2e
//! ```
//!
//! It has a harness of its own: the checks share one server and run one after another. Where no weights can be had it
//! says so in its last line and passes; with `ZYN_E2E=required` it fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the environment is part of what is tested"
)]

mod verbs;

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

use examples::local::{LocalError, Model, Progress, Server};
use examples::tasks;
use examples::tickets::tickets;
use zyn::prelude::*;
use zyn::{Confidence, ErrorKind, Failure, Mode, OpenAi};

/// A customer who writes to a support team.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Customer {
    /// The full name of the person who writes.
    name: String,
}

/// An invoice.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Invoice {
    /// The invoice number.
    number: String,
    /// The total amount.
    total: f64,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = match runtime.block_on(Server::start(Model::Qwen05b, Progress::Stderr)) {
        Ok(server) => server,
        Err(error) => {
            let required = std::env::var("ZYN_E2E").is_ok_and(|value| value == "required");
            println!(
                "e2e: {}, no local model: {error}",
                if required || is_broken(&error) {
                    "failed"
                } else {
                    "skipped"
                }
            );
            return if required || is_broken(&error) {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let mut tally = Tally::default();
    let llm =
        Llm::new(OpenAi::new(server.model_name()).base_url(server.base_url())).max_tokens(256);
    tally.check(
        "a customer's name is read out of each of four tickets",
        || {
            runtime.block_on(customers(&llm));
        },
    );
    tally.check(
        "an invoice's number and total are read as text and number",
        || {
            runtime.block_on(invoice(&llm));
        },
    );
    tally.check(
        "a cut answer is an error and leaves the session as it was",
        || {
            runtime.block_on(cut(&llm));
        },
    );
    tally.check(
        "an input longer than the model can read is named as that",
        || {
            runtime.block_on(too_long(&llm));
        },
    );
    tally.check(
        "three turns read the same beginning from the server's cache",
        || {
            runtime.block_on(three_turns(&llm));
        },
    );
    tally.check(
        "the server tells how likely each answer was to the model",
        || {
            runtime.block_on(measured(&llm));
        },
    );
    tally.check("samples at a temperature agree as often as is said", || {
        runtime.block_on(samples(&llm));
    });
    tally.check(
        "thirty tasks are answered as their schemas say, whatever is right",
        || {
            runtime.block_on(thirty_tasks(&llm));
        },
    );
    tally.check(
        "all verbs answer, in one piece and streamed, where the server holds them to a schema",
        || {
            let llm = llm.clone().max_tokens(512);
            let counts = runtime.block_on(verbs::all(&llm, Mode::Native));
            println!("    {} of {} answered", counts.answered, counts.asked);
            assert!(counts.asked == 16 && counts.answered >= 14, "{counts:?}");
        },
    );
    tally.check(
        "all verbs answer or fail typed, in one piece and streamed, with the schema in the prompt alone",
        || {
            let prompted = OpenAi::new(server.model_name())
                .base_url(server.base_url())
                .schema_in_prompt();
            let prompted = Llm::new(prompted).max_tokens(256);
            let counts = runtime.block_on(verbs::all(&prompted, Mode::Prompted));
            println!("    {} of {} answered", counts.answered, counts.asked);
            assert!(counts.asked == 16 && counts.answered >= 8, "{counts:?}");
        },
    );
    tally.check("the server's provider keeps what providers promise", || {
        let provider = OpenAi::new(server.model_name()).base_url(server.base_url());
        let kept = runtime.block_on(zyn::testing::provider_contract(&provider));
        kept.unwrap_or_else(|broken| panic!("{broken}"));
    });
    runtime.block_on(server.stop());
    tally.check(
        "the example answers two tickets, proxy set and no certificates, for two customers",
        example,
    );
    tally.check(
        "the example refuses input that is no ticket, and says what to do",
        bad_tickets,
    );
    #[cfg(target_os = "linux")]
    tally.check("a killed example leaves no server behind", killed);
    tally.close()
}

/// Each answer is held to the schema of its type by `jsonschema`, as a second judge.
async fn thirty_tasks(llm: &Llm) {
    let (mut valid, mut right, mut tasks) = (0, 0, 0);
    for task in tasks::tasks() {
        let outcome = task.ask(llm).await;
        let answer = match &outcome.answer {
            Ok(answer) => answer,
            Err(error) => panic!("{}: {error}", task.name),
        };
        let json = outcome.json().expect("what is stored is JSON, or a label");
        let fits = match &outcome.schema {
            Some(schema) => jsonschema::is_valid(schema.document(), &json),
            None => json.is_string(),
        };
        if !fits {
            println!("  {} is not valid: {answer}", task.name);
        }
        tasks += 1;
        valid += usize::from(fits);
        right += usize::from(outcome.right);
    }
    println!("  {valid} of {tasks} valid, {right} right");
    assert_eq!((valid, tasks), (30, 30));
}

/// Whether the helper failed where nothing stood in its way: no reason to skip.
fn is_broken(error: &LocalError) -> bool {
    matches!(
        error,
        LocalError::ServerDied { .. }
            | LocalError::NotReady { .. }
            | LocalError::WrongWeights { .. }
    )
}

async fn customers(llm: &Llm) {
    let extract = zyn::extract::<Customer>("The customer who writes");
    for title in ["outage", "legal threat", "how-to", "feature wish"] {
        let tickets = tickets().expect("tickets");
        let ticket = tickets
            .iter()
            .find(|ticket| ticket.title == title)
            .expect("the ticket");
        let customer = extract
            .fire(llm, &mut Session::new(), ticket.text.as_str())
            .await;
        assert_eq!(
            customer.expect("an answer").name,
            ticket.customer,
            "{title}"
        );
    }
}

async fn invoice(llm: &Llm) {
    let text =
        "Invoice INV-2026-118 of 3 March. Two chairs at 80.00 each. Total due: 160.00 euros.";
    let mut session = Session::new();
    let extract = zyn::extract::<Invoice>("The invoice");
    let invoice = extract
        .fire(llm, &mut session, text)
        .await
        .expect("an answer");
    assert_eq!(
        (invoice.number.as_str(), invoice.total),
        ("INV-2026-118", 160.0)
    );
    assert_eq!(session.len(), 2);
    assert!(session.usage().input_tokens > 0 && session.usage().output_tokens > 0);
}

async fn cut(llm: &Llm) {
    let mut session = Session::new();
    let before = session.clone();
    let write = zyn::transform("Retell it in two hundred words").max_tokens(4);
    let error = write
        .fire(llm, &mut session, "The tortoise wins the race.")
        .await
        .unwrap_err();
    assert_eq!(
        error.provider().expect("a provider's").kind,
        Failure::Truncated
    );
    assert!(error.usage().output_tokens > 0, "what was paid is told");
    assert_eq!(session, before);
}

async fn too_long(llm: &Llm) {
    let mut session = Session::new();
    let before = session.clone();
    let extract = zyn::extract::<Customer>("The customer who writes");
    let error = extract
        .fire(llm, &mut session, "word ".repeat(200_000))
        .await
        .unwrap_err();
    assert_eq!(
        error.provider().expect("a provider's").kind,
        Failure::ContextWindow
    );
    let error = extract
        .fire(llm, &mut session, "word ".repeat(1_000_000))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InputTooLarge { .. }));
    assert_eq!(session, before);
}

async fn three_turns(llm: &Llm) {
    let mut session = Session::new();
    let extract = zyn::extract::<Customer>("The customer who writes");
    let text = "My name is Grace Mbeki and I would like to export my reports.";
    let mut cached = Vec::new();
    for _ in 0..3 {
        let answer = extract
            .fire_detailed(llm, &mut session, text)
            .await
            .expect("an answer");
        let usage = answer.usage.expect("the server counts tokens");
        cached.push((usage.input_tokens, usage.cached_tokens));
    }
    println!("    tokens read, of these from the cache: {cached:?}");
    assert_eq!(session.len(), 6);
    assert!(
        cached.iter().skip(1).all(|(_, cached)| *cached > 0),
        "{cached:?}"
    );
}

#[derive(Debug, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

async fn measured(llm: &Llm) {
    let text = "I am Grace Mbeki. The whole building has no heating.";
    let angry = zyn::binary("Is there no heating?").measured();
    let urgency = zyn::classify::<Urgency>("How urgent is it?").measured();
    let customer = zyn::extract::<Customer>("The customer who writes").measured();
    let words = zyn::transform("Say it in five words").measured();
    let mut found = Vec::new();
    let mut session = Session::new();
    let answer = angry.fire_detailed(llm, &mut session, text).await;
    found.push(answer.expect("an answer").confidence);
    let answer = urgency.fire_detailed(llm, &mut session, text).await;
    found.push(answer.expect("an answer").confidence);
    let reasoned = urgency.reasoning();
    let answer = reasoned.fire_detailed(llm, &mut session, text).await;
    found.push(answer.expect("an answer").confidence);
    let answer = customer.fire_detailed(llm, &mut session, text).await;
    found.push(answer.expect("an answer").confidence);
    let answer = words.fire_detailed(llm, &mut session, text).await;
    found.push(answer.expect("an answer").confidence);
    println!("    {found:?}");
    for confidence in found {
        let Confidence::Measured(measured) = confidence else {
            panic!("{confidence:?}");
        };
        assert!(measured > 0.0 && measured <= 1.0, "{measured}");
    }
}

async fn samples(llm: &Llm) {
    let urgency = zyn::classify::<Urgency>("How urgent is it?");
    let urgency = urgency.agreement(3).temperature(1.0);
    let mut session = Session::new();
    let answer = urgency
        .fire_detailed(llm, &mut session, "The lift is a little slow.")
        .await
        .expect("an answer");
    println!("    {:?} of {:?}", answer.confidence, answer.value);
    assert!(matches!(
        answer.confidence,
        Confidence::Agreement {
            agreed: 2 | 3,
            samples: 3
        }
    ));
    assert_eq!((answer.attempts, session.len()), (3, 2));
}

fn example() {
    let first = support_ticket(
        &["Hi, I am Priya Raman. My charger melted the socket."],
        None,
    );
    let second = support_ticket(
        &["-"],
        Some("Diego Fuentes here. A dark theme would be nice some day."),
    );
    for (output, name) in [(first, "Priya Raman"), (second, "Diego Fuentes")] {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        assert!(text.contains(&format!("name     {name}")), "{text}");
        assert!(text.contains("Session: 6 messages"), "{text}");
        assert!(errors.contains("customer (extract)"), "{errors}");
    }
}

fn bad_tickets() {
    for (ticket, says) in [
        (b"".as_slice(), "the input is empty"),
        (b"  \n ".as_slice(), "the input is empty"),
        (b"caf\xe9".as_slice(), "byte 3 begins no character"),
    ] {
        let output = run(&["-"], Some(ticket));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success());
        assert!(errors.contains(says), "{errors}");
    }
}

#[cfg(target_os = "linux")]
fn killed() {
    let mut child = command(&["Hello, I am Ada Wong. My heating is out."])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the example starts");
    let parent = child.id();
    let server =
        wait_for(|| children(parent).first().copied()).expect("the example starts a server");
    // past the loading of the weights, while it answers
    std::thread::sleep(Duration::from_secs(8));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let gone = wait_for(|| {
        (!std::path::Path::new(&format!("/proc/{server}/cmdline")).exists()).then_some(())
    });
    assert!(gone.is_some(), "the server {server} is still there");
}

#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let tasks = format!("/proc/{parent}/task");
    let tasks = std::fs::read_dir(tasks).into_iter().flatten().flatten();
    tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(target_os = "linux")]
fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if let Some(value) = ready() {
            return Some(value);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

fn support_ticket(arguments: &[&str], input: Option<&str>) -> Output {
    run(arguments, input.map(str::as_bytes))
}

fn run(arguments: &[&str], input: Option<&[u8]>) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let mut stdin = child.stdin.take().expect("it has an input");
    stdin
        .write_all(input.unwrap_or_default())
        .expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// The example as a stranger's machine would run it: a proxy that leads nowhere, and no certificates.
fn command(arguments: &[&str]) -> Command {
    let build = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "-p",
            "examples",
            "--bin",
            "support_ticket",
        ])
        .status()
        .expect("cargo runs");
    assert!(build.success());
    let target = std::env::current_exe().expect("a path");
    let folder = target
        .parent()
        .and_then(|deps| deps.parent())
        .expect("target/debug");
    let mut command = Command::new(folder.join("support_ticket"));
    command.args(["--model", "0.5b"]).args(arguments);
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        command.env(name, "http://127.0.0.1:9");
    }
    command
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent");
    command.env_remove("ZYN_MODEL").env_remove("ZYN_BASE_URL");
    command
}

#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    fn check(&mut self, name: &str, check: impl FnOnce()) {
        let start = Instant::now();
        let passed = std::panic::catch_unwind(AssertUnwindSafe(check)).is_ok();
        let mark = if passed { "ok" } else { "FAILED" };
        println!("  {name} … {mark} ({:.1} s)", start.elapsed().as_secs_f64());
        if passed {
            self.passed += 1
        } else {
            self.failed += 1
        }
    }

    fn close(self) -> ExitCode {
        println!("e2e: {} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
