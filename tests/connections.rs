//! Many calls at once use as many connections as there are calls, again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use zyn::prelude::*;
use zyn::{Message, OpenAi, Provider, Request};

const AT_ONCE: usize = 256;
/// After the first ones.
const CALLS: usize = 10_240;
const ANSWER: &str =
    r#"{"choices":[{"message":{"content":"Certainly."},"finish_reason":"stop"}],"usage":null}"#;
const STREAM: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"Certainly.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// A server that answers at once, and counts.
struct Server {
    base: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Its first answers come when `together` requests are there.
    async fn start(together: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::default());
        let (opened, count) = (Arc::clone(&connections), Arc::clone(&requests));
        let barrier = Arc::new(Barrier::new(together));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, Arc::clone(&count), Arc::clone(&barrier)));
            }
        });
        Self {
            base,
            connections,
            requests,
        }
    }

    fn counts(&self) -> (usize, usize) {
        let load = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (load(&self.connections), load(&self.requests))
    }
}

async fn serve(mut stream: TcpStream, requests: Arc<AtomicUsize>, barrier: Arc<Barrier>) {
    let mut is_first = true;
    let mut held = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut held).await {
        let Some(request) = whole(&held) else {
            continue;
        };
        requests.fetch_add(1, Ordering::Relaxed);
        if std::mem::take(&mut is_first) {
            barrier.wait().await;
        }
        let reply = match request.contains("\"stream\":true") {
            true => format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{STREAM}\r\n0\r\n\r\n",
                STREAM.len()
            ),
            false => format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{ANSWER}",
                ANSWER.len()
            ),
        };
        held.clear();
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The request, if all of it is there.
fn whole(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let (_, length) = head.split_once("content-length: ")?;
    let length: usize = length.lines().next()?.parse().ok()?;
    (body.len() >= length).then_some(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_made_at_once_use_the_same_connections_again_and_again() {
    let server = Server::start(AT_ONCE).await;
    let llm = Llm::new(OpenAi::new("m").base_url(&server.base)).retry(0);
    let polite = zyn::transform("Make it polite");
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (llm, polite) = (llm.clone(), polite.clone());
        workers.spawn(async move {
            for _ in 0..1 + CALLS / AT_ONCE {
                let fired = polite.fire(&llm, &mut Session::new(), "No.").await;
                assert_eq!(fired.unwrap(), "Certainly.");
            }
        });
    }
    workers.join_all().await;
    let (connections, requests) = server.counts();
    println!("{connections} connections for {requests} requests");
    assert_eq!(requests, AT_ONCE + CALLS);
    let more = connections.checked_sub(AT_ONCE).unwrap();
    assert!(more * 1_000 < 2 * CALLS, "{more} more for {CALLS} calls");
}

#[tokio::test]
async fn a_stream_leaves_its_connection_to_the_next_call() {
    let server = Server::start(1).await;
    let openai = OpenAi::new("m").base_url(&server.base);
    let request = Request::new(Message::user("No."));
    for _ in 0..50 {
        let mut heard = String::new();
        let mut hear = |text: &str| heard.push_str(text);
        let response = openai.stream(&request, &mut hear).await.unwrap();
        assert_eq!(
            (heard.as_str(), response.text.as_str()),
            ("Certainly.", "Certainly.")
        );
    }
    assert_eq!(server.counts(), (1, 50));
}
