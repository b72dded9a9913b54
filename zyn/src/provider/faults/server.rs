//! Servers over real sockets: one does what a closure does, one plays a script.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::api::{Api, Setup};
use crate::llm::Llm;

/// A server on this machine that hands each connection to a closure, after the whole request has been read.
pub(super) struct Server {
    pub(super) address: String,
    /// How much it has been sent.
    pub(super) bytes: Arc<AtomicUsize>,
    /// How many connections were made to it.
    pub(super) connections: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn new(behave: impl Fn(TcpStream, String) + Send + 'static) -> Self {
        Self::serve(Reads::All, behave)
    }

    /// A server that always says `reply`.
    pub(super) fn says(reply: impl Into<Vec<u8>>) -> Self {
        Self::plays(Reads::All, vec![Do::Say(reply.into())])
    }

    /// A server that plays a script on every connection, and then closes it.
    pub(super) fn plays(reads: Reads, script: Vec<Do>) -> Self {
        Self::serve(reads, move |mut stream, _| {
            // The client may have hung up; that is its outcome to tell.
            for step in &script {
                if step.play(&mut stream).is_err() {
                    return;
                }
            }
        })
    }

    fn serve(reads: Reads, behave: impl Fn(TcpStream, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (bytes, connections) = (Arc::default(), Arc::default());
        let (count, accepted) = (Arc::clone(&bytes), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                AtomicUsize::fetch_add(&accepted, 1, Ordering::SeqCst);
                let request = match reads {
                    Reads::All => read_request(&mut stream),
                    Reads::ABit => {
                        let _ = stream.read_exact(&mut [0; 9]);
                        String::new()
                    }
                    Reads::Nothing => String::new(),
                };
                AtomicUsize::fetch_add(&count, request.len(), Ordering::SeqCst);
                behave(stream, request);
            }
        });
        Self {
            address,
            bytes,
            connections,
        }
    }

    pub(super) fn setup(&self) -> Setup {
        Setup::new(format!("http://{}/deep/v1", self.address))
    }

    pub(super) fn llm(&self, api: &Api, key: &str) -> Llm {
        (api.llm)(self.setup().key(key))
    }
}

/// How much of a request is read before the script begins. Closing a socket with something unread in it resets the
/// connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reads {
    All,
    ABit,
    Nothing,
}

/// A step of a script.
#[derive(Debug, Clone)]
pub(super) enum Do {
    Say(Vec<u8>),
    /// Says it byte by byte, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// Says it again and again, with a pause before each, until the client has had enough.
    Forever(Vec<u8>, Duration),
    Wait(Duration),
    /// Waits until the client hangs up.
    Hold,
    /// Reads a request of HTTP/2.
    ReadFrames,
    /// Says that nothing follows, and waits until the client hangs up.
    HalfClose,
}

impl Do {
    pub(super) fn say(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Say(bytes.into())
    }

    fn play(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        match self {
            Self::Say(bytes) => stream.write_all(bytes),
            Self::Drip(bytes, pause) => bytes.iter().try_for_each(|byte| {
                thread::sleep(*pause);
                stream.write_all(&[*byte])
            }),
            Self::Forever(bytes, pause) => loop {
                thread::sleep(*pause);
                stream.write_all(bytes)?;
            },
            Self::Wait(pause) => {
                thread::sleep(*pause);
                Ok(())
            }
            Self::Hold => hold(stream),
            Self::ReadFrames => read_frames(stream),
            Self::HalfClose => {
                stream.shutdown(Shutdown::Write)?;
                hold(stream)
            }
        }
    }
}

fn hold(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096])? > 0 {}
    Ok(())
}

/// Reads up to the frame that ends a stream.
fn read_frames(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 24])?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length.try_into().unwrap()])?;
        let (kind, flags) = (head[3], head[4]);
        if kind <= 1 && flags & 1 != 0 {
            return Ok(());
        }
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
                .split("\r\ncontent-length: ")
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
