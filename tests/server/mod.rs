//! A model's server on this machine: real sockets, replies from a script, and what was sent, byte by byte.

mod reply;
mod request;

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use zyn::{Llm, OpenAi};

pub use reply::Reply;
pub use request::Received;

/// A server that gives each connection one reply: the next of its script, or what a closure says.
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub fn new<R: Into<Reply>>(script: impl IntoIterator<Item = R>) -> Self {
        let mut script: VecDeque<Reply> = script.into_iter().map(Into::into).collect();
        Self::by(move |_| {
            let next = script.pop_front();
            next.unwrap_or_else(|| Reply::error(500, "the script has ended"))
        })
    }

    /// A server that replies what `answer` makes of each request. One whose client has hung up may be incomplete.
    pub fn by(mut answer: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&received);
        thread::spawn(move || {
            let mut silent: Vec<TcpStream> = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // Read before the lock is taken: who asks what was received may be who sends it.
                let received = Received::read(&mut stream);
                let reply = answer(&received);
                record.lock().unwrap().push(received);
                silent.extend(reply.send(stream));
            }
        });
        Self { address, received }
    }

    /// What clients were given as base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All requests so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn openai(&self) -> OpenAi {
        OpenAi::new("m").base_url(self.url())
    }

    pub fn llm(&self) -> Llm {
        Llm::new(self.openai()).seed(7)
    }
}
