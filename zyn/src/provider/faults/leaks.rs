//! What must not get out: the key, the prompt, and anything to a proxy. Each test runs in a process of its own.

use std::io::Write;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use super::api::{TEXT, apis};
use super::server::{Server, reply};
use super::table::{Wanted, faults};
use super::{CANARY, PROMPT, call, stream};
use crate::error::Error;

/// Runs an ignored test of this file in a process of its own.
#[track_caller]
fn run_apart(test: &str, configure: impl FnOnce(&mut Command)) {
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", &format!("{module}::{test}")]);
    configure(&mut child);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

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

#[test]
fn no_fault_shows_the_key_or_the_prompt() {
    // In one process, tests that run beside this one decide whether a span is recorded.
    run_apart(
        "no_fault_shows_the_key_or_the_prompt_in_this_process",
        |_| {},
    );
}

#[tokio::test]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib leaks` runs it in a process of its own, by the test above"]
async fn no_fault_shows_the_key_or_the_prompt_in_this_process() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (mut shown, mut details) = (String::new(), String::new());
    for api in apis() {
        for fault in faults(&api) {
            for (wanted, streamed) in [(&fault.whole, false), (&fault.stream, true)] {
                if matches!(wanted, None | Some(Wanted::Answer | Wanted::TooSlow)) {
                    continue;
                }
                let (setup, _server) = fault.setup();
                let llm = (api.llm)(setup);
                let repeats = u32::from(fault.name == "failed");
                let outcome = match streamed {
                    false => call(&llm, repeats).await,
                    true => stream(&llm, repeats).await,
                };
                let error = outcome.unwrap_err();
                details += error.detail().unwrap_or_default();
                shown += &format!("{llm:?}\n{error}\n{error:?}\n");
                let error = Error::from(error);
                shown += &format!("{error}\n{error:?}\n");
            }
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for name in [
        "chat{",
        "gen_ai.request.model=\"m\"",
        "server.address=\"127.0.0.1\"",
        "error.type=401",
        "repeating the call",
    ] {
        assert!(log.contains(name), "{name}\n{log}");
    }
    assert!(details.contains("oops [key]"), "{details}");
    for text in [&shown, &log, &details] {
        assert!(!text.contains("canary"), "{text}");
    }
    for text in [shown, log] {
        assert!(!text.contains(PROMPT) && !text.contains("nginx"), "{text}");
    }
}

#[test]
fn a_local_call_needs_no_certificates_and_passes_by_the_proxy() {
    let proxy = Server::says(reply("502 Bad Gateway", "", ""));
    run_apart("a_local_call_in_this_environment_is_answered", |child| {
        for variable in [
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
        ] {
            child.env(variable, format!("http://{}", proxy.address));
        }
        child
            .env("SSL_CERT_FILE", "/nonexistent")
            .env("SSL_CERT_DIR", "/nonexistent");
        child.env_remove("NO_PROXY").env_remove("no_proxy");
    });
    assert_eq!(proxy.bytes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
#[ignore = "wants a proxy in its environment: `cargo test -p zyn --lib leaks` runs it in a process of its own, by the test above"]
async fn a_local_call_in_this_environment_is_answered() {
    for api in apis() {
        let server = Server::says(reply("200 OK", "", api.wire.whole));
        let llm = server.llm(&api, CANARY);
        assert_eq!(call(&llm, 0).await.unwrap().text, TEXT, "{}", api.name);
    }
}
