//! A server that misbehaves, over real sockets and the real client.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use super::OpenAi;
use crate::error::Error;
use crate::llm::{Allowance, Llm};
use crate::provider::{Class, Failure, ProviderError, Request, Response};
use crate::session::{Message, Usage};

const CANARY: &str = "sk-canary-0123456789";
const ANSWER: &str = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}"#;

/// A server on this machine that hands each connection to a closure, after the whole request has been read.
struct Server {
    address: String,
    bytes: Arc<AtomicUsize>,
}

impl Server {
    fn new(behave: impl Fn(TcpStream, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let bytes = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&bytes);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                count.fetch_add(request.len(), Ordering::SeqCst);
                behave(stream, request);
            }
        });
        Self { address, bytes }
    }

    /// A server that always says `reply`.
    fn says(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        Self::new(move |mut stream, _| {
            // The client may have hung up; that is its outcome to tell.
            let _ = stream.write_all(&reply);
        })
    }

    fn llm(&self) -> Llm {
        let base = format!("http://{}/v1", self.address);
        Llm::new(OpenAi::new("m").key(CANARY).base_url(base))
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next());
            if length.and_then(|length| length.parse().ok()).unwrap_or(0) <= body.len() {
                return text;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return text,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

async fn call(llm: &Llm, retries: u32) -> Result<Response, ProviderError> {
    let request = Request::new(Message::user("canary prompt"));
    llm.call(
        &request,
        &mut Allowance::new(Duration::from_secs(60), retries),
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
    let llm = server.llm();
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
    let said =
        |words: &str| format!(r#"{{"error":{{"message":"{words} {CANARY}","code":"{CANARY}"}}}}"#);
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
        let llm = server.llm();
        check(&call(&llm, 0).await.unwrap_err(), &kind, class);
        assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, 1));
    }
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

#[tokio::test]
async fn no_fault_shows_the_key_or_the_prompt() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut shown = String::new();
    for (said, ..) in faults() {
        let llm = Server::says(said).llm();
        let error = call(&llm, 1).await.unwrap_err();
        shown += &format!("{llm:?}\n{error}\n{error:?}\n{:?}\n", error.detail());
        let error = Error::from(error);
        shown += &format!("{error}\n{error:?}\n");
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("chat") && log.contains("repeating the call"),
        "{log}"
    );
    for text in [shown, log] {
        assert!(!text.contains("canary"), "{text}");
    }
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
    let error = call(&server.llm().attempt_timeout(limit), 0)
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
            &call(&server.llm(), 2).await.unwrap_err(),
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
        &call(&announced.llm(), 0).await.unwrap_err(),
        &kind,
        Class::Terminal,
    );
    let mut flood = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    flood.resize(9 * 1024 * 1024, b' ');
    let endless = Server::says(flood);
    check(
        &call(&endless.llm(), 0).await.unwrap_err(),
        &kind,
        Class::Terminal,
    );
}

#[tokio::test]
async fn a_long_error_is_still_that_error() {
    let server = Server::says(reply("401 Unauthorized", "", &"x".repeat(9 * 1024 * 1024)));
    check(
        &call(&server.llm(), 0).await.unwrap_err(),
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
    let llm = server.llm();
    assert_eq!(call(&llm, 1).await.unwrap().text, "ok");
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test]
#[ignore = "the body of the test below, run by it in a process with its own environment"]
async fn a_local_call_in_this_environment_is_answered() {
    let server = Server::says(reply("200 OK", "", ANSWER));
    assert_eq!(call(&server.llm(), 0).await.unwrap().text, "ok");
}

#[test]
fn a_local_call_needs_no_certificates_and_passes_by_the_proxy() {
    let proxy = Server::says(reply("502 Bad Gateway", "", ""));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact"]);
    child.arg(
        concat!(
            module_path!(),
            "::a_local_call_in_this_environment_is_answered"
        )
        .split_once("::")
        .unwrap()
        .1,
    );
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
        .env("SSL_CERT_DIR", "/nonexistent")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(proxy.bytes.load(Ordering::SeqCst), 0);
}
