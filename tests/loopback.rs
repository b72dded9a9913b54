//! A model on this machine is reached directly: no proxy hears of it, and no certificates are needed.

use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use zyn::prelude::*;
use zyn::{ConfigError, ErrorKind};
use zyn_tests::Server;

workflow!(
    /// Two steps are two connections.
    async fn answer(ticket: &str) -> String {
        let cause = transform("Name the cause", ticket);
        let reply = transform("Apologise for {cause}", ticket);
        reply
    }
);

const VARIABLES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// A local port that counts who comes.
fn trap() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (format!("http://{address}"), visits)
}

/// Runs an ignored test of this file in a process that has `proxy` for everything.
#[track_caller]
fn run_apart(test: &str, proxy: &str, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", "--nocapture", test]);
    for variable in VARIABLES {
        child.env(variable, proxy);
    }
    for variable in ["NO_PROXY", "no_proxy", "ZYN_API_KEY"] {
        child.env_remove(variable);
    }
    child.envs(variables.iter().copied());
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

#[test]
fn a_keyless_run_works_without_certificates_and_no_proxy_hears_of_it() {
    let (proxy, visits) = trap();
    let server = Server::new(["frost", "We are sorry for the frost."]);
    run_apart(
        "a_run_in_this_environment",
        &proxy,
        &[
            ("SSL_CERT_FILE", "/nonexistent/file"),
            ("SSL_CERT_DIR", "/nonexistent/folder"),
            ("ZYN_MODEL", "openai/m"),
            ("ZYN_BASE_URL", &server.url()),
        ],
    );
    let visits = visits.load(Ordering::SeqCst);
    println!("the proxy saw {visits} connections");
    assert_eq!((visits, server.received().len()), (0, 2));
    for request in server.received() {
        let head = request.head.to_lowercase();
        assert!(!head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
#[ignore = "wants a proxy in its environment: `cargo test -p zyn-tests --test loopback` runs it in a process of its own, by the test above"]
async fn a_run_in_this_environment() {
    let llm = Llm::from_env().unwrap();
    let mut session = Session::new();
    let reply = answer("No heating").run(&llm, &mut session).await.unwrap();
    assert_eq!(reply, "We are sorry for the frost.");
    assert_eq!(session.len(), 4);
}

const SKIPPED: &str =
    "skipped: this machine has no certificates, so nothing but the loopback can be asked";

#[test]
fn the_proxy_would_have_heard_of_a_run_on_another_machine() {
    let (proxy, visits) = trap();
    let said = run_apart("a_run_elsewhere_in_this_environment", &proxy, &[]);
    if said.contains(SKIPPED) {
        println!("{SKIPPED}");
        return;
    }
    assert_ne!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
#[ignore = "wants a proxy in its environment: `cargo test -p zyn-tests --test loopback` runs it in a process of its own, by the test above"]
async fn a_run_elsewhere_in_this_environment() {
    // An address for documentation: nobody is there, and only the proxy is asked for it.
    let elsewhere = zyn::OpenAi::new("m")
        .base_url("http://192.0.2.1/v1")
        .allow_insecure();
    let llm = Llm::new(elsewhere).retry(0);
    let run = answer("No heating");
    let error = run.run(&llm, &mut Session::new()).await.unwrap_err();
    match error.kind() {
        ErrorKind::Config(ConfigError::Client { .. }) => println!("{SKIPPED}"),
        _ => println!("{error}"),
    }
}
