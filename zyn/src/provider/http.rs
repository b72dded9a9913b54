//! HTTP, behind a seam: bytes go out, a status, headers and capped bytes come back.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
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

/// Sends one POST. Dropping the future abandons it; deadlines are the caller's, which knows them.
pub(super) trait Transport: Send + Sync {
    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Reply, TransportError>>;
}

/// What is sent.
pub(super) struct Post {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// The body in pieces, which are sent as they are, without being copied together.
    pub(super) body: Vec<Bytes>,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// At most [`REPLY_LIMIT`]; of an error, the beginning.
    pub(super) body: Bytes,
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

/// A client for `endpoint`.
///
/// A plain client for this machine has no proxy, because `HTTP_PROXY` would capture the prompts, and no certificates,
/// because a machine without any could not build it.
pub(super) fn client(endpoint: &Endpoint) -> Result<reqwest::Client, ConfigError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("zyn/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .http2_keep_alive_interval(PING_INTERVAL)
        .tcp_nodelay(true);
    if endpoint.loopback {
        builder = builder.no_proxy();
        if endpoint.url.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
    }
    builder.build().map_err(|error| ConfigError::Client {
        problem: causes(&error.without_url()),
    })
}

impl Transport for reqwest::Client {
    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(async move {
            let response = self
                .post(post.url)
                .headers(post.headers)
                .body(reqwest::Body::wrap(Pieces::new(post.body)))
                .send()
                .await
                .map_err(failed)?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = if status.is_success() {
                whole(response).await?
            } else {
                beginning(response).await
            };
            Ok(Reply {
                status: status.as_u16(),
                headers,
                body,
            })
        })
    }
}

async fn whole(mut response: reqwest::Response) -> Result<Bytes, TransportError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > REPLY_LIMIT as u64 {
        return Err(TransportError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len().saturating_add(chunk.len()) > REPLY_LIMIT {
            return Err(TransportError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The status of an error counts for more than its words, so neither their length nor a break is a failure.
async fn beginning(mut response: reqwest::Response) -> Bytes {
    let mut body = BytesMut::new();
    while body.len() < ERROR_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(ERROR_LIMIT);
    body.freeze()
}

fn failed(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let causes = causes(&error);
    if error.is_connect() {
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
