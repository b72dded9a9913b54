//! A server that answers at once, and says how often it was connected to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The server, in a process of its own.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    _said: BufReader<ChildStdout>,
}

#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub connections: u64,
    pub requests: u64,
}

impl Server {
    pub fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        Self {
            address: line.trim().parse().unwrap(),
            child,
            _said: said,
        }
    }

    /// What it has counted; the question itself is not among it.
    pub fn counts(&self) -> Counts {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .write_all(b"GET /counts HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        let mut numbers = said
            .split_whitespace()
            .map(|number| number.parse().unwrap());
        Counts {
            connections: numbers.next().unwrap(),
            requests: numbers.next().unwrap(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Serves until it is ended.
pub fn serve(answer: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    runtime.unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicU64::new(0));
        let requests = Arc::new(AtomicU64::new(0));
        let reply: Arc<[u8]> = reply(answer).into();
        loop {
            let Ok((mut stream, _)) = listener.accept().await else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (connections, requests) = (Arc::clone(&connections), Arc::clone(&requests));
            let reply = Arc::clone(&reply);
            tokio::spawn(async move {
                let mut is_first = true;
                let mut held = Vec::with_capacity(8 * 1024);
                while let Ok(1..) = stream.read_buf(&mut held).await {
                    while let Some(length) = length(&held) {
                        if held.starts_with(b"GET") {
                            let (connections, requests) = (
                                connections.load(Ordering::Relaxed),
                                requests.load(Ordering::Relaxed),
                            );
                            let counts = format!("{connections} {requests}");
                            let _ = stream.write_all(counts.as_bytes()).await;
                            return;
                        }
                        if std::mem::take(&mut is_first) {
                            connections.fetch_add(1, Ordering::Relaxed);
                        }
                        requests.fetch_add(1, Ordering::Relaxed);
                        held.drain(..length);
                        if stream.write_all(&reply).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
}

/// How long the request at the beginning of `bytes` is, if all of it is there.
fn length(bytes: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let at = bytes[..head]
        .windows(NAME.len())
        .position(|name| name.eq_ignore_ascii_case(NAME))?
        + NAME.len();
    let digits = bytes[at..head]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let body = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    (bytes.len() >= head + body).then_some(head + body)
}

/// What it says to every request.
pub fn reply(answer: &str) -> Vec<u8> {
    let length = answer.len();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\n";
    format!("{head}content-length: {length}\r\n\r\n{answer}").into_bytes()
}
