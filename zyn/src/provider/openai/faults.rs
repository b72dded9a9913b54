//! A server that misbehaves, over real sockets and the real client.

mod leaks;
mod server;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use self::server::{Server, reply};
use super::OpenAi;
use crate::llm::{Allowance, Llm};
use crate::provider::{Class, Failure, ProviderError, Request, Response};
use crate::session::{Message, Usage};

const CANARY: &str = "sk-canary-0123456789";
const PROMPT: &str = "words that are nobody's business";
const ANSWER: &str = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}"#;

async fn call(llm: &Llm, retries: u32) -> Result<Response, ProviderError> {
    let request = Request::new(Message::user(PROMPT));
    llm.call(
        &request,
        &mut Allowance::new(Duration::from_secs(60), retries),
        None,
    )
    .await
}

#[track_caller]
fn check(error: &ProviderError, kind: &Failure, class: Class) {
    assert_eq!((&error.kind, error.class()), (kind, class), "{error:?}");
    assert!(
        error
            .host
            .as_deref()
            .is_some_and(|host| host.starts_with("127.0.0.1:")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_call_reaches_the_server_whole_and_with_its_length() {
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let server = Server::new(move |mut stream, request| {
        *kept.lock().unwrap() = request;
        stream
            .write_all(reply("200 OK", "", ANSWER).as_bytes())
            .unwrap();
    });
    let llm = server.llm(CANARY);
    assert_eq!(call(&llm, 0).await.unwrap().text, "ok");
    assert_eq!(llm.spend().usage, Usage::new(2, 1));
    let seen = seen.lock().unwrap();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(
        head.starts_with("post /v1/chat/completions http/1.1"),
        "{head}"
    );
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(
        !head.contains("referer") && !head.contains("transfer-encoding"),
        "{head}"
    );
    assert!(body.ends_with('}'), "{body}");
}

/// Every fault that is one fixed reply: what the server says, what comes of it.
fn faults() -> Vec<(String, Failure, Class)> {
    let html = "<html>nginx</html>";
    let said = |words: &str| {
        format!(r#"{{"error":{{"message":"{words} {CANARY} {PROMPT}","code":"{CANARY}"}}}}"#)
    };
    let id = format!("x-request-id: {CANARY}\r\n");
    vec![
        (
            reply("200 OK", "", html),
            Failure::Protocol { what: "HTML" },
            Class::Terminal,
        ),
        (
            reply("200 OK", "", ""),
            Failure::Protocol {
                what: "an empty body",
            },
            Class::Terminal,
        ),
        (
            reply("200 OK", "", &ANSWER[..40]),
            Failure::Protocol {
                what: "broken JSON",
            },
            Class::Terminal,
        ),
        (
            reply("204 No Content", "", ""),
            Failure::Protocol {
                what: "an empty body",
            },
            Class::Terminal,
        ),
        (
            reply("200 OK", &id, &said("late")),
            Failure::Server,
            Class::Ambiguous,
        ),
        (
            reply("400 Bad Request", &id, &said("bad")),
            Failure::Rejected,
            Class::Terminal,
        ),
        (
            reply(
                "401 Unauthorized",
                &id,
                &said("Incorrect API key provided:"),
            ),
            Failure::Auth,
            Class::Terminal,
        ),
        (
            reply("404 Not Found", "", html),
            Failure::NotFound,
            Class::Terminal,
        ),
        (
            reply(
                "429 Too Many Requests",
                "retry-after: 900\r\n",
                &said("slow"),
            ),
            Failure::RateLimit,
            Class::Rejected,
        ),
        (
            reply("500 Internal Server Error", "", &said("oops")),
            Failure::Server,
            Class::Ambiguous,
        ),
        (
            reply("503 Service Unavailable", "", CANARY),
            Failure::Unavailable,
            Class::Rejected,
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"choi".into(),
            Failure::Interrupted,
            Class::Ambiguous,
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".into(),
            Failure::Interrupted,
            Class::Ambiguous,
        ),
        (
            "HTTP/1.1 200".into(),
            Failure::Interrupted,
            Class::Ambiguous,
        ),
        (
            "SSH-2.0-OpenSSH\r\n".into(),
            Failure::Interrupted,
            Class::Ambiguous,
        ),
        (String::new(), Failure::Interrupted, Class::Ambiguous),
        (
            "HTTP/1.1 500 Oops\r\ncontent-length: 999\r\n\r\nhalf".into(),
            Failure::Server,
            Class::Ambiguous,
        ),
    ]
}

#[tokio::test]
async fn each_fault_is_one_typed_error() {
    for (said, kind, class) in faults() {
        let server = Server::says(said);
        let llm = server.llm(CANARY);
        check(&call(&llm, 0).await.unwrap_err(), &kind, class);
        // what may have been done is counted as unknown; what was turned away cost nothing
        let turned_away = matches!(
            kind,
            Failure::RateLimit
                | Failure::Quota
                | Failure::Overloaded
                | Failure::Unavailable
                | Failure::Auth
                | Failure::NotFound
                | Failure::ContextWindow
                | Failure::Rejected
                | Failure::Redirect
        );
        let unknown = u64::from(!turned_away);
        assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, unknown));
    }
}

#[tokio::test]
async fn a_reset_in_the_middle_of_the_reply_is_an_interruption() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Closing a socket with something unread in it resets the connection.
        stream.read_exact(&mut [0; 9]).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{")
            .unwrap();
        thread::sleep(Duration::from_millis(50));
    });
    let llm = Llm::new(OpenAi::new("m").base_url(base));
    check(
        &call(&llm, 0).await.unwrap_err(),
        &Failure::Interrupted,
        Class::Ambiguous,
    );
}

#[tokio::test]
async fn nothing_is_sent_where_nobody_listens() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let llm = Llm::new(OpenAi::new("m").base_url(format!("http://{address}")));
    check(
        &call(&llm, 0).await.unwrap_err(),
        &Failure::Connect,
        Class::NotSent,
    );
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, 0));
}

#[tokio::test]
async fn a_slow_server_is_a_timeout() {
    let server = Server::new(|stream, _| {
        thread::sleep(Duration::from_secs(5));
        drop(stream);
    });
    let limit = Duration::from_millis(200);
    let error = call(&server.llm(CANARY).attempt_timeout(limit), 0)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Failure::Timeout { limit });
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::says(reply("200 OK", "", ANSWER));
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("location: http://{}/v1/chat/completions\r\n", other.address);
        let server = Server::says(reply(status, &location, ""));
        check(
            &call(&server.llm(CANARY), 2).await.unwrap_err(),
            &Failure::Redirect,
            Class::Terminal,
        );
    }
    assert_eq!(other.bytes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_reply_over_the_cap_is_refused_announced_or_not() {
    let kind = Failure::ReplyTooLarge {
        limit: 8 * 1024 * 1024,
    };
    let announced = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 8388609\r\n\r\n{");
    check(
        &call(&announced.llm(CANARY), 0).await.unwrap_err(),
        &kind,
        Class::Terminal,
    );
    let mut flood = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    flood.resize(9 * 1024 * 1024, b' ');
    let endless = Server::says(flood);
    check(
        &call(&endless.llm(CANARY), 0).await.unwrap_err(),
        &kind,
        Class::Terminal,
    );
}

#[tokio::test]
async fn a_long_error_is_still_that_error() {
    let server = Server::says(reply("401 Unauthorized", "", &"x".repeat(9 * 1024 * 1024)));
    check(
        &call(&server.llm(CANARY), 0).await.unwrap_err(),
        &Failure::Auth,
        Class::Terminal,
    );
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_when_it_said() {
    let calls = AtomicUsize::new(0);
    let server = Server::new(move |mut stream, _| {
        let reply = match calls.fetch_add(1, Ordering::SeqCst) {
            0 => reply("429 Too Many Requests", "retry-after-ms: 20\r\n", "{}"),
            _ => reply("200 OK", "", ANSWER),
        };
        stream.write_all(reply.as_bytes()).unwrap();
    });
    let llm = server.llm(CANARY);
    assert_eq!(call(&llm, 1).await.unwrap().text, "ok");
    assert_eq!(llm.spend().attempts, 2);
}
