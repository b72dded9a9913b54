//! A thousand calls at once to a server that answers late, and takes a hundred of them on a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use zyn::{Llm, OpenAi};

use super::{ANSWER, INSTRUCTION, load};

const AT_ONCE: usize = 1_000;
const STREAMS: u32 = 100;
const LATENCY: Duration = Duration::from_millis(200);
/// Rounds of a thousand calls; the first opens the connections.
const ROUNDS: usize = 5;

pub async fn table() {
    println!(
        "{AT_ONCE} calls at once over HTTP/2, {STREAMS} to a connection, answered after {LATENCY:?}, {ROUNDS} rounds\n"
    );
    println!(
        "{:<24} {:>9} {:>9} {:>9} {:>12}",
        "", "p50 ms", "p99 ms", "p99 is", "connections"
    );
    let (bare, connections) = start().await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let url = format!("{bare}/chat/completions");
    let call = super::bare(&client, &url, &Bytes::from_static(b"{}"));
    row("reqwest", &call, &connections).await;

    let (base, connections) = start().await;
    let openai = OpenAi::new("m")
        .key("sk-bench")
        .base_url(base)
        .plain_http2();
    let call = super::fire(&zyn::transform(INSTRUCTION), &Llm::new(openai));
    row("zyn", &call, &connections).await;
    println!(
        "\n(medians of the rounds; \"p99 is\" is a multiple of the server's own time; load {})",
        load::average()
    );
}

async fn row(name: &str, call: &load::Call, connections: &AtomicUsize) {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(load::round(AT_ONCE, AT_ONCE, call).await);
    }
    let of = |value: fn(&load::Round) -> f64| load::median(rounds.iter().map(value));
    let p99 = of(|round| round.p99);
    println!(
        "{name:<24} {:>9.0} {p99:>9.0} {:>7.2} x {:>12}",
        of(|round| round.p50),
        p99 / (LATENCY.as_secs_f64() * 1e3),
        connections.load(Ordering::Relaxed),
    );
}

/// A server of its own for each client: where it is, and how many connections it has had.
async fn start() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve(stream));
        }
    });
    (format!("http://{address}/v1"), connections)
}

async fn serve(stream: tokio::net::TcpStream) {
    let mut server = h2::server::Builder::new();
    server.max_concurrent_streams(STREAMS);
    let mut connection = server.handshake(stream).await.unwrap();
    while let Some(Ok((_, mut reply))) = connection.accept().await {
        tokio::spawn(async move {
            tokio::time::sleep(LATENCY).await;
            let head = http::Response::builder()
                .header("content-type", "application/json")
                .body(())
                .unwrap();
            if let Ok(mut body) = reply.send_response(head, false) {
                let _ = body.send_data(Bytes::from_static(ANSWER.as_bytes()), true);
            }
        });
    }
}
