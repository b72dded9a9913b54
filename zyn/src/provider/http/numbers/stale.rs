//! Servers that close a connection in the moment in which the next request is on its way. HTTP/1.1 cannot tell then
//! whether it was read, so whatever sends it again by itself may have it done, and paid, twice.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::super::client::{IDLE, IDLE_PLAIN};
use crate::numbers::row;
use crate::provider::{Failure, OpenAi, Provider, ProviderError, Request, Response};
use crate::session::Message;

const RACES: usize = 1_000;
const ANSWER: &str = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}"#;
/// A request of which the server leaves most unread.
const LONG: usize = 256 * 1024;
const LONG_READ: usize = 16 * 1024;

/// When the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Moment {
    /// Before the request is written, and the client has not looked since.
    Before,
    /// While the client takes it from its pool and writes: who is first differs.
    AtOnce,
    /// With the first byte of the request.
    FirstByte,
    /// In the middle of a body.
    Body,
    /// When the request has been read, without a word.
    Read,
    /// The same, in the head of the answer.
    Head,
    /// The same, in the body of the answer.
    Answer,
}

const MOMENTS: [Moment; 7] = [
    Moment::Before,
    Moment::AtOnce,
    Moment::FirstByte,
    Moment::Body,
    Moment::Read,
    Moment::Head,
    Moment::Answer,
];

impl Moment {
    fn of(race: usize) -> Self {
        MOMENTS[race % MOMENTS.len()]
    }

    /// Whether the server is sure to get something of the request on the connection that it closes.
    fn is_met(self) -> bool {
        !matches!(self, Self::Before | Self::AtOnce)
    }
}

/// What the server has seen.
#[derive(Default)]
struct Seen {
    /// How often each request was read to its end.
    read: Mutex<HashMap<String, usize>>,
    connections: AtomicUsize,
    /// How many requests came on a connection that it then closed.
    met: AtomicUsize,
}

/// A server that answers the first request on a connection; on the second it does as the race says.
fn start() -> (String, Arc<Seen>, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let seen = Arc::<Seen>::default();
    let (closed, told) = channel();
    let noted = Arc::clone(&seen);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (seen, closed) = (Arc::clone(&noted), closed.clone());
            seen.connections.fetch_add(1, Ordering::SeqCst);
            // a client that has hung up has its own outcome to tell
            thread::spawn(move || drop(serve(stream.unwrap(), &seen, &closed)));
        }
    });
    (base, seen, told)
}

fn serve(mut stream: TcpStream, seen: &Seen, closed: &Sender<()>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut length = ANSWER.len();
    let answer = |length, rest: &str| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{rest}content-length: {length}\r\n\r\n{ANSWER}"
        )
    };
    let id = read(&mut stream, seen)?;
    let Some(race) = id.strip_prefix("first-") else {
        return stream.write_all(answer(length, "connection: close\r\n").as_bytes());
    };
    stream.write_all(answer(length, "").as_bytes())?;
    let Ok(race) = race.parse() else {
        // nothing is raced for: answers all that come
        while read(&mut stream, seen).is_ok() {
            stream.write_all(answer(length, "").as_bytes())?;
        }
        return Ok(());
    };
    match Moment::of(race) {
        Moment::Before => {
            drop(stream);
            let _ = closed.send(());
            return Ok(());
        }
        Moment::AtOnce => {
            pause(race);
            return Ok(());
        }
        Moment::FirstByte => stream.read_exact(&mut [0])?,
        Moment::Body => stream.read_exact(&mut [0; LONG_READ])?,
        Moment::Read => drop(read(&mut stream, seen)?),
        Moment::Head => {
            read(&mut stream, seen)?;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-")?;
        }
        Moment::Answer => {
            read(&mut stream, seen)?;
            length += 1;
            stream.write_all(answer(length, "").as_bytes())?;
        }
    }
    seen.met.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

/// Takes a moment that is another one in each race.
fn pause(race: usize) {
    for _ in 0..race * 37 % 4_001 {
        std::hint::spin_loop();
    }
}

/// Reads a request to its end, notes that, and gives its id.
fn read(stream: &mut TcpStream, seen: &Seen) -> std::io::Result<String> {
    let (mut request, mut buffer) = (Vec::new(), vec![0; LONG_READ]);
    let end = loop {
        let end = request.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            break end + 4;
        }
        match stream.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            more => request.extend_from_slice(&buffer[..more]),
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let header = |name: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    let length: usize = header("content-length:").unwrap().parse().unwrap();
    let mut left = vec![0; (end + length).saturating_sub(request.len())];
    stream.read_exact(&mut left)?;
    let id = header("x-client-request-id:").unwrap();
    *seen.read.lock().unwrap().entry(id.clone()).or_default() += 1;
    Ok(id)
}

async fn call(llm: &OpenAi, id: &str, bytes: usize) -> Result<Response, ProviderError> {
    let request = Request {
        id: id.to_owned(),
        ..Request::new(Message::user("x".repeat(bytes)))
    };
    llm.call(&request).await
}

/// Lets the client put its connection back into its pool.
async fn settle() {
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
}

// on one thread, which is the client's alone while it runs: what it has not looked at it does not know
#[tokio::test]
async fn a_request_that_meets_a_closing_connection_fails_with_a_type_and_is_never_sent_twice() {
    let (base, seen, closed) = start();
    let llm = OpenAi::new("m").key("sk-test").base_url(base);
    let mut outcomes = HashMap::<(Moment, &str), usize>::new();
    let (mut untyped, mut twice) = (Vec::new(), Vec::new());
    for race in 0..RACES {
        let moment = Moment::of(race);
        call(&llm, &format!("first-{race}"), 9).await.unwrap();
        settle().await;
        match moment {
            Moment::Before => closed.recv_timeout(Duration::from_secs(10)).unwrap(),
            Moment::AtOnce => pause(race / MOMENTS.len()),
            _ => {}
        }
        let id = format!("second-{race}");
        let bytes = if moment == Moment::Body { LONG } else { 9 };
        let outcome = call(&llm, &id, bytes).await;
        let read = seen.read.lock().unwrap().get(&id).copied();
        let read = read.unwrap_or_default();
        let (said, most) = match outcome {
            Ok(_) => ("answered", 1),
            Err(ref error) => match error.kind {
                Failure::Interrupted => ("Interrupted", 1),
                Failure::Connect => ("Connect", 0),
                _ => {
                    untyped.push(format!("{moment:?}: {error:?}"));
                    ("untyped", 1)
                }
            },
        };
        if read > most {
            twice.push(format!("{moment:?}: {said}, read {read} times"));
        }
        *outcomes.entry((moment, said)).or_default() += 1;
    }
    let came = |said: &str| {
        let these = outcomes.iter().filter(|((_, it), _)| *it == said);
        these.map(|(_, count)| count).sum::<usize>()
    };
    for moment in MOMENTS {
        let said = ["answered", "Interrupted", "Connect", "untyped"];
        let said = said.map(|said| (said, outcomes.get(&(moment, said)).copied()));
        println!("{moment:?}: {said:?}");
    }
    assert!(untyped.is_empty(), "{untyped:?}");
    assert!(twice.is_empty(), "{twice:?}");
    let met = (0..RACES).filter(|race| Moment::of(*race).is_met()).count();
    assert_eq!(seen.met.load(Ordering::SeqCst), met);
    // what has reached the server is not repeated here, but by the policy, which counts it
    assert!(came("Interrupted") >= met, "{outcomes:?}");
    row(
        "19",
        "1,000 requests on connections that the server closes before, while or after it gets them",
        &format!(
            "{} untyped errors, {} sent twice unasked; {} answered on another connection, {} `Interrupted`, {} `Connect`",
            untyped.len(),
            twice.len(),
            came("answered"),
            came("Interrupted"),
            came("Connect"),
        ),
    );
}

#[tokio::test]
async fn a_connection_is_given_up_before_usual_servers_close_it() {
    for (server, keeps, ours) in [
        ("uvicorn and vLLM", 5, IDLE_PLAIN),
        ("llama.cpp", 5, IDLE_PLAIN),
        ("a load balancer of Amazon's", 60, IDLE),
        ("nginx", 75, IDLE),
        ("Cloudflare", 400, IDLE),
        ("Google", 610, IDLE),
    ] {
        assert!(ours < Duration::from_secs(keeps), "{server}");
    }
    let (base, seen, _closed) = start();
    let llm = OpenAi::new("m").key("sk-test").base_url(base);
    let connections = || seen.connections.load(Ordering::SeqCst);
    for _ in 0..2 {
        call(&llm, "first-of-many", 9).await.unwrap();
        settle().await;
    }
    assert_eq!(connections(), 1);
    tokio::time::sleep(IDLE_PLAIN + Duration::from_millis(200)).await;
    call(&llm, "first-of-many", 9).await.unwrap();
    assert_eq!(connections(), 2);
}
