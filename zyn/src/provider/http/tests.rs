use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::pool::{CLIENTS, Place, Pool, ROOM};
use super::{BoxFuture, Here, Incoming, Post, Transport, TransportError, plain_http2};
use crate::provider::ConfigError;
use crate::provider::request::CONNECT;

/// A client that answers at once with its number for a status, or never.
struct Numbered {
    number: u16,
    answers: bool,
}

impl Transport for Numbered {
    fn post(&self, _: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        Box::pin(async move {
            if !self.answers {
                std::future::pending::<()>().await;
            }
            Ok(Incoming {
                status: self.number,
                headers: HeaderMap::new(),
                body: Box::new(Here(Some(Bytes::from_static(b"{}")))),
            })
        })
    }
}

fn post(url: &str) -> Post {
    Post {
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: vec![Bytes::from_static(b"{}")],
        connect: CONNECT,
    }
}

/// A pool of clients that are numbered as they are built, and how many there are.
fn numbered(answers: bool) -> (Pool<Numbered>, Arc<AtomicUsize>) {
    let built = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&built);
    let build = move || {
        let number = count.fetch_add(1, Ordering::Relaxed) as u16;
        Ok(Numbered { number, answers })
    };
    (Pool::new(build).unwrap(), built)
}

async fn call<T: Transport + 'static>(pool: &Pool<T>) -> Incoming {
    pool.post(post("https://example.com")).await.unwrap()
}

/// The numbers of the clients that answered, with how many calls each has.
fn tally(held: &[Incoming]) -> Vec<usize> {
    let last = held.iter().map(|it| it.status).max().unwrap_or(0);
    let at = |number| held.iter().filter(|it| it.status == number).count();
    (0..=last).map(at).collect()
}

#[tokio::test]
async fn the_first_client_with_room_takes_a_call_and_one_is_built_when_all_are_full() {
    let (pool, built) = numbered(true);
    assert_eq!(built.load(Ordering::Relaxed), 1);
    let mut held = Vec::new();
    for _ in 0..2 * ROOM + 20 {
        held.push(call(&pool).await);
    }
    assert_eq!(tally(&held), [ROOM, ROOM, 20]);
    held.retain(|it| it.status != 1);
    for _ in 0..ROOM + 1 {
        held.push(call(&pool).await);
    }
    assert_eq!(tally(&held), [ROOM, ROOM, 21]);
    assert_eq!(built.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_call_has_its_place_until_its_body_is_dropped() {
    let (pool, built) = numbered(true);
    let mut held = Vec::new();
    for _ in 0..ROOM {
        let mut incoming = call(&pool).await;
        assert!(incoming.body.next().await.unwrap().is_some());
        held.push(incoming);
    }
    drop(held.pop());
    assert_eq!(call(&pool).await.status, 0);
    held.push(call(&pool).await);
    assert_eq!(built.load(Ordering::Relaxed), 1);
    assert_eq!(call(&pool).await.status, 1);
}

#[test]
fn an_abandoned_call_leaves_its_place() {
    let (pool, built) = numbered(false);
    for _ in 0..3 {
        let calls = (0..ROOM).map(|_| {
            let mut call = pool.post(post("https://example.com"));
            let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
            call
        });
        drop(calls.collect::<Vec<_>>());
    }
    assert_eq!(built.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_client_that_cannot_be_built_fails_the_set_up_but_no_call() {
    let works = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&works);
    let build = move || match now.load(Ordering::Relaxed) {
        true => Ok(Numbered {
            number: 0,
            answers: true,
        }),
        false => Err(ConfigError::Client {
            problem: "no certificates".to_owned(),
        }),
    };
    let refused = Pool::new(build.clone()).err();
    assert!(matches!(refused, Some(ConfigError::Client { .. })));

    works.store(true, Ordering::Relaxed);
    let pool = Pool::new(build).unwrap();
    works.store(false, Ordering::Relaxed);
    let mut held = Vec::new();
    for _ in 0..3 * ROOM {
        held.push(call(&pool).await);
    }
    assert_eq!(tally(&held), [3 * ROOM]);
}

/// A pool of numbers.
fn counted() -> (Pool<usize>, Arc<AtomicUsize>) {
    let built = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&built);
    let build = move || Ok(count.fetch_add(1, Ordering::Relaxed));
    (Pool::new(build).unwrap(), built)
}

async fn places(pool: &Pool<usize>, count: usize) -> Vec<Place<usize>> {
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(pool.place().await);
    }
    held
}

#[tokio::test]
async fn beyond_the_most_clients_the_calls_are_shared_out_evenly() {
    let (pool, built) = counted();
    let held = places(&pool, CLIENTS * ROOM + CLIENTS).await;
    assert_eq!(built.load(Ordering::Relaxed), CLIENTS);
    let mut calls = vec![0; CLIENTS];
    for place in &held {
        calls[*place.client()] += 1;
    }
    assert_eq!(calls, vec![ROOM + 1; CLIENTS]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn calls_from_many_threads_build_no_client_too_many() {
    let (pool, built) = counted();
    let pool = Arc::new(pool);
    let mut takers = JoinSet::new();
    for _ in 0..8 {
        let pool = Arc::clone(&pool);
        takers.spawn(async move { places(&pool, ROOM).await });
    }
    let held = takers.join_all().await;
    assert_eq!(held.iter().flatten().count(), 8 * ROOM);
    assert_eq!(built.load(Ordering::Relaxed), 8);
}

#[tokio::test]
async fn while_a_client_is_built_calls_find_room_at_the_others() {
    let (go, gone) = std::sync::mpsc::channel();
    let gone = std::sync::Mutex::new(gone);
    let is_first = AtomicBool::new(true);
    let build = move || {
        if !is_first.swap(false, Ordering::Relaxed) {
            let gone = gone.lock().unwrap();
            gone.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        Ok(0)
    };
    let pool = Arc::new(Pool::new(build).unwrap());
    let mut held = places(&pool, ROOM).await;
    let waiting = Arc::clone(&pool);
    let waiting = tokio::spawn(async move { waiting.place().await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    held.pop();
    held.push(pool.place().await);
    go.send(()).unwrap();
    waiting.await.unwrap();
}

/// A server over HTTP/2 that takes a hundred calls on a connection, and answers when it has `all` of them.
async fn answers_when_all_are_there(all: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let (count, barrier) = (Arc::clone(&connections), Arc::new(Barrier::new(all)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                let mut server = h2::server::Builder::new();
                server.max_concurrent_streams(100);
                let mut connection = server.handshake(stream).await.unwrap();
                while let Some(Ok((_, mut reply))) = connection.accept().await {
                    let barrier = Arc::clone(&barrier);
                    tokio::spawn(async move {
                        barrier.wait().await;
                        let head = http::Response::new(());
                        let mut body = reply.send_response(head, false).unwrap();
                        body.send_data(Bytes::from_static(b"{}"), true).unwrap();
                    });
                }
            });
        }
    });
    (format!("http://{address}"), connections)
}

#[tokio::test]
async fn more_calls_than_a_connection_carries_are_with_the_server_at_once() {
    const ALL: usize = 250;
    let (url, connections) = answers_when_all_are_there(ALL).await;
    let transport = plain_http2().unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..ALL {
        let (transport, url) = (Arc::clone(&transport), url.clone());
        calls.spawn(async move {
            let mut incoming = transport.post(post(&url)).await.unwrap();
            incoming.whole().await.unwrap()
        });
    }
    let answers = tokio::time::timeout(Duration::from_secs(30), calls.join_all()).await;
    assert_eq!(answers.unwrap(), vec![Bytes::from_static(b"{}"); ALL]);
    assert_eq!(connections.load(Ordering::Relaxed), ALL.div_ceil(ROOM));
}
