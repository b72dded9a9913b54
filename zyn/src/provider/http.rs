//! HTTP, behind a seam: bytes go out; a status, headers and a body in pieces come back.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use reqwest::header::HeaderMap;
use url::Url;

use super::endpoint::Endpoint;
use super::{BoxFuture, ConfigError};

/// The most bytes of an answer.
pub(super) const REPLY_LIMIT: usize = 8 * 1024 * 1024;
/// The most bytes of an error that are looked at.
const ERROR_LIMIT: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Below the keep-alive of the usual servers, so that a socket they are about to close is not picked.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);
/// A model may think for minutes; a dead connection is to be noticed sooner.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// Sends one POST. Dropping the future, or what came back, abandons it; deadlines are the caller's, which knows them.
pub(super) trait Transport: Send + Sync {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>>;
}

/// What is sent.
pub(super) struct Post {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// The body in pieces, which are sent as they are, without being copied together.
    pub(super) body: Vec<Bytes>,
}

/// What comes back: the head is here, the body on its way.
pub(super) struct Incoming {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Box<dyn Chunks>,
}

/// A body as it arrives.
pub(super) trait Chunks: Send {
    /// The next piece; `None` after the last.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>>;

    /// How long the whole will be, if the server says so.
    fn announced(&self) -> Option<u64> {
        None
    }
}

/// Why nothing came back. The strings are causes in the transport's words, without the address.
#[derive(Debug)]
pub(super) enum TransportError {
    /// No connection; nothing was sent.
    NotSent(String),
    /// The connection broke when something may have been sent.
    Interrupted(String),
    /// The reply is over [`REPLY_LIMIT`].
    TooLarge,
}

/// The way to `endpoint`: the user's own client, or one of ours.
///
/// A plain client for this machine has no proxy, because `HTTP_PROXY` would capture the prompts, and no certificates,
/// because a machine without any could not build it.
pub(super) fn transport(
    endpoint: &Endpoint,
    own: Option<&reqwest::Client>,
    proxy: Option<&str>,
) -> Result<Arc<dyn Transport>, ConfigError> {
    if let Some(client) = own {
        return Ok(Arc::new(client.clone()));
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("zyn/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .http2_keep_alive_interval(PING_INTERVAL)
        .tcp_nodelay(true);
    if let Some(proxy) = proxy {
        let refused = |_| ConfigError::Proxy;
        builder = builder
            .no_proxy()
            .proxy(reqwest::Proxy::all(proxy).map_err(refused)?);
    } else if endpoint.loopback {
        builder = builder.no_proxy();
    }
    if endpoint.loopback && endpoint.url.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    let client = builder.build().map_err(|error| ConfigError::Client {
        problem: causes(&error.without_url()),
    })?;
    Ok(Arc::new(client))
}

impl Transport for reqwest::Client {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        Box::pin(async move {
            let response = self
                .post(post.url)
                .headers(post.headers)
                .body(reqwest::Body::wrap(Pieces::new(post.body)))
                .send()
                .await
                .map_err(failed)?;
            Ok(Incoming {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: Box::new(response),
            })
        })
    }
}

impl Chunks for reqwest::Response {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        Box::pin(async move { self.chunk().await.map_err(failed) })
    }

    fn announced(&self) -> Option<u64> {
        self.content_length()
    }
}

impl Incoming {
    /// Puts pieces of the body back that were looked at.
    pub(super) fn put_back(&mut self, pieces: Vec<Bytes>) {
        let rest = std::mem::replace(&mut self.body, Box::new(Here(None)));
        self.body = Box::new(Resumed {
            first: pieces.into_iter(),
            rest,
        });
    }

    /// The whole body, of [`REPLY_LIMIT`] at most.
    pub(super) async fn whole(&mut self) -> Result<Bytes, TransportError> {
        let announced = self.body.announced().unwrap_or(0);
        if announced > REPLY_LIMIT as u64 {
            return Err(TransportError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = self.body.next().await? {
            if body.len().saturating_add(chunk.len()) > REPLY_LIMIT {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The beginning of an error's body. Its status counts for more than its words, so neither their length nor a break
    /// is a failure.
    pub(super) async fn beginning(&mut self) -> Bytes {
        let mut body = BytesMut::new();
        while body.len() < ERROR_LIMIT {
            match self.body.next().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        body.truncate(ERROR_LIMIT);
        body.freeze()
    }
}

/// A body that is here already.
pub(super) struct Here(pub(super) Option<Bytes>);

impl Chunks for Here {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        let chunk = self.0.take();
        Box::pin(async move { Ok(chunk) })
    }
}

/// A body of which some was looked at.
struct Resumed {
    first: std::vec::IntoIter<Bytes>,
    rest: Box<dyn Chunks>,
}

impl Chunks for Resumed {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        match self.first.next() {
            Some(chunk) => Box::pin(async move { Ok(Some(chunk)) }),
            None => self.rest.next(),
        }
    }

    fn announced(&self) -> Option<u64> {
        let first: u64 = self.first.as_slice().iter().map(|it| it.len() as u64).sum();
        Some(self.rest.announced()?.saturating_add(first))
    }
}

fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let causes = causes(&error);
    // no request can be made of an address that is too long
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent(causes)
    } else {
        TransportError::Interrupted(causes)
    }
}

/// The error and its causes in one line, where a cause is not already quoted by what it caused.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// A body in pieces of known length.
struct Pieces {
    left: std::vec::IntoIter<Bytes>,
    bytes: u64,
}

impl Pieces {
    fn new(pieces: Vec<Bytes>) -> Self {
        Self {
            bytes: pieces.iter().map(|piece| piece.len() as u64).sum(),
            left: pieces.into_iter(),
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.left.next();
        if let Some(piece) = &piece {
            self.bytes = self.bytes.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes)
    }
}
