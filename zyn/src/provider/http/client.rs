//! The socket: reqwest's client, as zyn sets it up.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::{Client, ClientBuilder, Method, Request};

use super::pool::Pool;
use super::ways::Ways;
use super::{Chunks, Incoming, Post, Transport, TransportError};
use crate::provider::endpoint::Endpoint;
use crate::provider::{BoxFuture, ConfigError};

/// A model may think for minutes; a dead connection is to be noticed sooner.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// How long a connection is kept without a call. A request on a socket that its server closes in that moment is lost, and
/// nobody knows whether it was read; so the connection is given up before the server does that. What stands on the open
/// network behind TLS keeps one for a minute and more (a load balancer of Amazon's 60 s, nginx 75 s, Cloudflare 400 s,
/// Google 610 s).
pub(super) const IDLE: Duration = Duration::from_secs(45);
/// The same for a server that is spoken to directly: uvicorn, which is vLLM, and llama.cpp keep it for 5 s, Go, which is
/// Ollama, for ever. A new connection to it costs next to nothing.
pub(super) const IDLE_PLAIN: Duration = Duration::from_secs(4);

/// The way to `endpoint`: the user's own client, or as many of ours as its calls need.
pub(in crate::provider) fn transport(
    endpoint: &Endpoint,
    own: Option<&Client>,
    proxy: Option<&str>,
) -> Result<Arc<dyn Transport>, ConfigError> {
    if let Some(client) = own {
        return Ok(Arc::new(client.clone()));
    }
    let (endpoint, proxy) = (endpoint.clone(), proxy.map(str::to_owned));
    let ways = Ways::new(move |connect| {
        // without TLS there is no HTTP/2, and one client has as many connections as there are calls
        if endpoint.url.scheme() == "http" {
            return Ok(Arc::new(ours(&endpoint, proxy.as_deref(), connect)?));
        }
        let (endpoint, proxy) = (endpoint.clone(), proxy.clone());
        let pool = Pool::new(move || ours(&endpoint, proxy.as_deref(), connect))?;
        Ok(Arc::new(pool))
    })?;
    Ok(Arc::new(ways))
}

/// The way to any server that speaks HTTP/2 without TLS, which no provider does: for the benches and the tests.
#[cfg(any(test, feature = "benched"))]
pub(in crate::provider) fn plain_http2() -> Result<Arc<dyn Transport>, ConfigError> {
    let pool = Pool::new(|| {
        let builder = Client::builder().http2_prior_knowledge().no_proxy();
        built(builder.tls_certs_only([]))
    })?;
    Ok(Arc::new(pool))
}

/// A client of ours, and how long it may take to connect.
struct Ours(Client, Duration);

/// A client of ours. It keeps all of its connections that are not idle for too long: reqwest sets no limit to their number.
///
/// A plain client for this machine has no proxy, because `HTTP_PROXY` would capture the prompts, and no certificates,
/// because a machine without any could not build it.
fn ours(endpoint: &Endpoint, proxy: Option<&str>, connect: Duration) -> Result<Ours, ConfigError> {
    let is_plain = endpoint.url.scheme() == "http";
    let mut builder = Client::builder()
        .user_agent(concat!("zyn/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(connect)
        .pool_idle_timeout(if is_plain { IDLE_PLAIN } else { IDLE })
        .http2_keep_alive_interval(PING_INTERVAL)
        .tcp_keepalive(PING_INTERVAL)
        .tcp_nodelay(true);
    if let Some(proxy) = proxy {
        let refused = |_| ConfigError::Proxy;
        builder = builder
            .no_proxy()
            .proxy(reqwest::Proxy::all(proxy).map_err(refused)?);
    } else if endpoint.loopback {
        builder = builder.no_proxy();
    }
    if endpoint.loopback && is_plain {
        builder = builder.tls_certs_only([]);
    }
    Ok(Ours(built(builder)?, connect))
}

fn built(builder: ClientBuilder) -> Result<Client, ConfigError> {
    builder.build().map_err(|error| ConfigError::Client {
        problem: causes(&error.without_url()),
    })
}

impl Transport for Ours {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        send(&self.0, post, Some(self.1))
    }
}

/// A client of the user's own, which connects within a limit of its own.
impl Transport for Client {
    fn post(&self, post: Post) -> BoxFuture<'_, Result<Incoming, TransportError>> {
        send(self, post, None)
    }
}

fn send(
    client: &Client,
    post: Post,
    connect: Option<Duration>,
) -> BoxFuture<'_, Result<Incoming, TransportError>> {
    let mut request = Request::new(Method::POST, post.url);
    *request.headers_mut() = post.headers;
    *request.body_mut() = Some(reqwest::Body::wrap(Pieces::new(post.body)));
    Box::pin(async move {
        let sent = client.execute(request).await;
        let mut response = sent.map_err(|error| failed(error, connect))?;
        Ok(Incoming {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: Box::new(response),
        })
    })
}

impl Chunks for reqwest::Response {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        Box::pin(async move { self.chunk().await.map_err(|error| failed(error, None)) })
    }

    fn announced(&self) -> Option<u64> {
        self.content_length()
    }
}

fn failed(error: reqwest::Error, connect: Option<Duration>) -> TransportError {
    let error = error.without_url();
    let causes = causes(&error);
    match connect {
        Some(limit) if error.is_connect() && error.is_timeout() => {
            TransportError::NotInTime(limit, causes)
        }
        // no request can be made of an address that is too long
        _ if error.is_connect() || error.is_builder() => TransportError::NotSent(causes),
        _ => TransportError::Interrupted(causes),
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
