//! HTTP, behind a seam: bytes go out; a status, headers and a body in pieces come back.

mod client;
mod pool;
mod ways;

#[cfg(test)]
mod numbers;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use url::Url;

use super::BoxFuture;

#[cfg(any(test, feature = "benched"))]
pub(super) use client::plain_http2;
pub(super) use client::transport;

/// The most bytes of an answer.
pub(super) const REPLY_LIMIT: usize = 8 * 1024 * 1024;

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
    /// How long a connection for it may take to be made.
    pub(super) connect: Duration,
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
    /// The same, because it was not made within this limit.
    NotInTime(Duration, String),
    /// The connection broke when something may have been sent.
    Interrupted(String),
    /// The reply is over [`REPLY_LIMIT`].
    TooLarge,
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
        let announced = self.body.announced();
        if announced.is_some_and(|it| it > REPLY_LIMIT as u64) {
            return Err(TransportError::TooLarge);
        }
        let first = self.body.next().await?.unwrap_or_default();
        if announced == Some(first.len() as u64) {
            // nearly every answer comes in one piece, which need not be copied
            self.body.next().await?;
            return Ok(first);
        }
        let mut body = BytesMut::from(first);
        while let Some(chunk) = self.body.next().await? {
            if body.len().saturating_add(chunk.len()) > REPLY_LIMIT {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
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
