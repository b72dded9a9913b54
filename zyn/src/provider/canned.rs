//! A transport whose replies are given, for the tests of every format. Compiled under `cfg(test)` alone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::http::{Chunks, Incoming, Post, Transport, TransportError};
use super::remote::Remote;
use super::{BoxFuture, Heard, Profile, Provider, ProviderError, Request, Response};
use crate::session::Message;

/// A reply: status, headers, and the body in pieces.
#[derive(Clone, Default)]
pub(super) struct Canned {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) pieces: Vec<Bytes>,
    /// How long the head takes, and each piece after it.
    pub(super) late: Duration,
    pub(super) pause: Duration,
    /// Whether the connection breaks behind the last piece.
    pub(super) breaks: bool,
    /// Whether nothing more comes behind the last piece, and no end.
    pub(super) stalls: bool,
}

/// What was sent: address, headers, body.
pub(super) type Sent = Arc<Mutex<Vec<(String, HeaderMap, Value)>>>;

impl Canned {
    pub(super) fn new(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self {
            status,
            pieces: vec![Bytes::copy_from_slice(body.as_ref())],
            ..Self::default()
        }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).header("content-type", "application/json")
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A recorded response of the cases.
    pub(super) fn recorded(response: &Value) -> Self {
        let body = match &response["body"] {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let status = response["status"].as_u64().unwrap();
        let headers = response["headers"].as_object().unwrap().iter();
        Self {
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            ..Self::new(status.try_into().unwrap(), body)
        }
    }

    fn incoming(&self) -> Incoming {
        let headers = self.headers.iter();
        Incoming {
            status: self.status,
            headers: headers
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
            body: Box::new(Pieces {
                left: self.pieces.clone().into_iter(),
                pause: self.pause,
                breaks: self.breaks,
                stalls: self.stalls,
            }),
        }
    }
}

struct Pieces {
    left: std::vec::IntoIter<Bytes>,
    pause: Duration,
    breaks: bool,
    stalls: bool,
}

impl Chunks for Pieces {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        let next = match self.left.next() {
            None if self.stalls => return Box::pin(std::future::pending()),
            None if self.breaks => Err(TransportError::Interrupted("reset".to_owned())),
            next => Ok(next),
        };
        let pause = self.pause;
        Box::pin(async move {
            wait(pause).await;
            next
        })
    }
}

/// Answers each request with what a closure makes of its body, and keeps what was sent.
struct Wire<F> {
    answer: F,
    sent: Sent,
}

impl<F: Fn(&Value) -> Canned + Send + Sync> Transport for Wire<F> {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        let body: Value = serde_json::from_slice(&post.body.concat()).unwrap();
        let reply = (self.answer)(&body);
        let url = post.url.to_string();
        self.sent.lock().unwrap().push((url, post.headers, body));
        Box::pin(async move {
            wait(reply.late).await;
            Ok(reply.incoming())
        })
    }
}

/// Waits for nothing where there is nothing to wait for, so that no timer is needed.
async fn wait(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

impl Remote {
    /// The same provider with `answer` for a server.
    pub(super) fn answered(
        self,
        answer: impl Fn(&Value) -> Canned + Send + Sync + 'static,
    ) -> (Self, Sent) {
        let sent = Sent::default();
        let wire = Wire {
            answer,
            sent: Arc::clone(&sent),
        };
        (self.over(Arc::new(wire)), sent)
    }

    /// What comes of one reply, and what was heard of it if it was to be a stream.
    pub(super) fn outcome(
        self,
        reply: &Canned,
        streamed: bool,
    ) -> (Result<Response, ProviderError>, String) {
        self.outcome_of(&Request::new(Message::user("hi")), reply, streamed)
    }

    /// The same for a request of one's own.
    pub(super) fn outcome_of(
        self,
        request: &Request,
        reply: &Canned,
        streamed: bool,
    ) -> (Result<Response, ProviderError>, String) {
        let reply = reply.clone();
        let (remote, _) = self.answered(move |_| reply.clone());
        let mut heard = String::new();
        let mut hear = |text: &str| heard.push_str(text);
        let attempt = remote.attempt(request, streamed.then_some(&mut hear));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let outcome = runtime.block_on(attempt);
        (outcome, heard)
    }
}

/// A provider over a server that is given.
pub(super) struct Over(pub(super) Remote);

impl Provider for Over {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn model(&self) -> &str {
        self.0.model()
    }

    fn profile(&self) -> Profile {
        self.0.profile()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(self.0.attempt(request, None))
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(self.0.attempt(request, Some(heard)))
    }
}
