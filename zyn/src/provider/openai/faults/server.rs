//! A server over real sockets that does what a closure does.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::llm::Llm;
use crate::provider::openai::OpenAi;

/// A server on this machine that hands each connection to a closure, after the whole request has been read.
pub(super) struct Server {
    pub(super) address: String,
    /// How much it has been sent.
    pub(super) bytes: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn new(behave: impl Fn(TcpStream, String) + Send + 'static) -> Self {
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
    pub(super) fn says(reply: impl Into<Vec<u8>>) -> Self {
        let reply = reply.into();
        Self::new(move |mut stream, _| {
            // The client may have hung up; that is its outcome to tell.
            let _ = stream.write_all(&reply);
        })
    }

    pub(super) fn llm(&self, key: &str) -> Llm {
        let base = format!("http://{}/v1", self.address);
        Llm::new(OpenAi::new("m").key(key).base_url(base))
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

pub(super) fn reply(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}
