//! A thousand calls at once over HTTP/2, to a server that takes a hundred of them on a connection and answers late.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::super::pool::ROOM;
use super::super::{Post, Transport, plain_http2};
use crate::clock;
use crate::numbers::row;
use crate::provider::request::CONNECT;

const ALL: usize = 1_000;
const STREAMS: u32 = 100;
const LATENCY: Duration = Duration::from_millis(200);
const ROUNDS: usize = 3;

/// What the server has seen.
#[derive(Default)]
struct Seen {
    /// For each connection how many calls it carries, and the most that it ever did.
    connections: Mutex<Vec<(usize, usize)>>,
}

impl Seen {
    fn connected(&self) -> usize {
        let mut connections = self.connections.lock().unwrap();
        connections.push((0, 0));
        connections.len() - 1
    }

    fn begun(&self, connection: usize) {
        let (now, most) = &mut self.connections.lock().unwrap()[connection];
        *now += 1;
        *most = (*most).max(*now);
    }

    fn ended(&self, connection: usize) {
        self.connections.lock().unwrap()[connection].0 -= 1;
    }

    /// The most calls that each connection carried.
    fn most(&self) -> Vec<usize> {
        let connections = self.connections.lock().unwrap();
        connections.iter().map(|(_, most)| *most).collect()
    }
}

/// Answers the first [`ALL`] calls when it has all of them, and those that follow after [`LATENCY`].
async fn start() -> (String, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::<Seen>::default();
    let (noted, all) = (Arc::clone(&seen), Arc::new(Barrier::new(ALL)));
    let begun = Arc::<AtomicUsize>::default();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (noted, all, begun) = (Arc::clone(&noted), Arc::clone(&all), Arc::clone(&begun));
            tokio::spawn(serve(stream, noted, all, begun));
        }
    });
    (url, seen)
}

async fn serve(stream: TcpStream, seen: Arc<Seen>, all: Arc<Barrier>, begun: Arc<AtomicUsize>) {
    let number = seen.connected();
    let mut server = h2::server::Builder::new();
    server.max_concurrent_streams(STREAMS);
    let mut connection = server.handshake(stream).await.unwrap();
    while let Some(Ok((_, mut reply))) = connection.accept().await {
        seen.begun(number);
        let is_first = begun.fetch_add(1, Ordering::Relaxed) < ALL;
        let (seen, all) = (Arc::clone(&seen), Arc::clone(&all));
        tokio::spawn(async move {
            if is_first {
                all.wait().await;
            } else {
                tokio::time::sleep(LATENCY).await;
            }
            // before the client can know of the end
            seen.ended(number);
            let mut body = reply.send_response(http::Response::new(()), false).unwrap();
            body.send_data(Bytes::from_static(b"{}"), true).unwrap();
        });
    }
}

/// Makes all calls at once, and says how long each took, in order.
async fn round(transport: &Arc<dyn Transport>, url: &str) -> Vec<Duration> {
    let mut calls = JoinSet::new();
    for _ in 0..ALL {
        let transport = Arc::clone(transport);
        let post = Post {
            url: url.parse().unwrap(),
            headers: HeaderMap::new(),
            body: vec![Bytes::from_static(b"{}")],
            connect: CONNECT,
        };
        calls.spawn(async move {
            let begun = clock::now();
            let mut incoming = transport.post(post).await.unwrap();
            assert_eq!(incoming.whole().await.unwrap(), "{}");
            clock::now() - begun
        });
    }
    let mut took = calls.join_all().await;
    took.sort();
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_calls_over_http2_wait_for_their_answers_and_not_for_each_other() {
    let (url, seen) = start().await;
    let transport = plain_http2().unwrap();
    // all are with the server at once, or it would answer none
    let all = tokio::time::timeout(Duration::from_secs(60), round(&transport, &url)).await;
    assert_eq!(all.expect("none waits for another").len(), ALL);
    let mut p99 = Vec::new();
    for _ in 0..ROUNDS {
        let took = round(&transport, &url).await;
        assert!(took[0] >= LATENCY, "{took:?}");
        p99.push(took[ALL * 99 / 100]);
    }
    p99.sort();
    let most = seen.most();
    let (connections, needed) = (most.len(), ALL.div_ceil(ROOM));
    // a client that two threads ask at once may connect once more than it needs to
    assert!((needed..=needed + 3).contains(&connections), "{most:?}");
    let fullest = most.into_iter().max().unwrap();
    // so that there is a stream for each call when it comes
    assert!(fullest <= ROOM && ROOM < STREAMS as usize, "{fullest}");
    // how long they take beyond that is the machine's: a build without optimisation, with the server in the same process
    row(
        "20",
        "1,000 calls at once over HTTP/2, 100 streams to a connection, answered after 200 ms (this build, with the server in the same process)",
        &format!(
            "{connections} connections, {fullest} calls on the fullest, none waits for a stream; p99 {:.2} × 200 ms (the bound of 2 is for the bench `throughput`, which is optimised)",
            p99[ROUNDS / 2].as_secs_f64() / LATENCY.as_secs_f64(),
        ),
    );
}
