//! What all providers over HTTP have in common: a set-up that is checked once, and an attempt.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use tokio::time::timeout;
use url::Url;

use super::catalogue;
use super::completion::{Completion, Reading};
use super::endpoint::Endpoint;
use super::events::{Event, Events, Framing};
use super::format::Format;
use super::http::{self, Incoming, Post, REPLY_LIMIT, Transport, TransportError};
use super::key::{Key, without_keys};
use super::learnt::{Learnt, Part, unsupported};
use super::profile::{Api, Capabilities, Row, capabilities};
use super::rejection;
use super::{
    BoxFuture, ConfigError, Dialect, Failure, Heard, Mode, Profile, ProviderError, Request,
    Response, WireSchema,
};
use crate::telemetry;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
/// The most bytes of a stream: its text is a small part of it.
const STREAM_LIMIT: usize = 64 * 1024 * 1024;
/// How long the end of a stream is waited for once nothing more can be in it, so that its connection can be used again.
const END: Duration = Duration::from_millis(100);
/// The headers that say what a request is and how it is sent.
const OURS: [&str; 13] = [
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// How many blank bytes in front of a body are looked behind.
const BLANKS: usize = 1024;

/// What is particular to one API.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// The provider's name where its host has none of its own.
    pub(super) name: &'static str,
    pub(super) base_url: &'static str,
    /// The host at which nothing is answered without a key.
    pub(super) keyed_host: &'static str,
    pub(super) table: &'static [Row],
    /// The format of each of its operations.
    pub(super) format: fn(Api) -> &'static dyn Format,
}

/// A provider over HTTP. Changing an option starts anew: what was made or learnt belongs to one set-up.
#[derive(Clone)]
pub(super) struct Remote {
    kind: Kind,
    model: String,
    /// What it is called where its host has no name of its own.
    pub(super) called: Option<&'static str>,
    pub(super) key: Option<Key>,
    pub(super) base_url: Cow<'static, str>,
    pub(super) allow_insecure: bool,
    /// Headers of the user's own.
    pub(super) headers: Vec<(String, String)>,
    pub(super) client: Option<reqwest::Client>,
    pub(super) proxy: Option<String>,
    /// What the user knows better than the table.
    known: Vec<fn(&mut Capabilities)>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    ready: OnceLock<Result<Ready, ConfigError>>,
    learnt: Learnt,
}

/// A set-up that has been checked.
struct Ready {
    endpoint: Endpoint,
    /// The name that the host is known by.
    known: Option<&'static str>,
    /// Where whole answers are asked for, once one was.
    url: OnceLock<Url>,
    headers: HeaderMap,
    capabilities: Capabilities,
    transport: Arc<dyn Transport>,
}

impl Remote {
    pub(super) fn new(kind: Kind, model: String) -> Self {
        Self {
            kind,
            model,
            called: None,
            key: None,
            base_url: Cow::Borrowed(kind.base_url),
            allow_insecure: false,
            headers: Vec::new(),
            client: None,
            proxy: None,
            known: Vec::new(),
            state: Arc::default(),
        }
    }

    /// The same with `change` done to it, and nothing made or learnt yet.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self.state = Arc::default();
        self
    }

    /// Adds to what the user knows better than the table.
    pub(super) fn knows(&mut self, better: fn(&mut Capabilities)) {
        self.known.push(better);
    }

    pub(super) fn name(&self) -> &'static str {
        let known = self.ready().ok().and_then(|ready| ready.known);
        known.or(self.called).unwrap_or(self.kind.name)
    }

    pub(super) fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn profile(&self) -> Profile {
        match self.ready() {
            Ok(ready) => self.state.learnt.apply(ready.capabilities).profile(),
            Err(_) => Profile::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.ready().map(drop)
    }

    pub(super) fn takes(&self, schema: &WireSchema) -> bool {
        self.state.learnt.takes(schema)
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        Endpoint::new(&self.base_url, self.allow_insecure)
    }

    fn ready(&self) -> Result<&Ready, ConfigError> {
        let prepare = || {
            let endpoint = self.endpoint()?;
            let transport =
                http::transport(&endpoint, self.client.as_ref(), self.proxy.as_deref())?;
            self.prepare(endpoint, transport)
        };
        self.state
            .ready
            .get_or_init(prepare)
            .as_ref()
            .map_err(Clone::clone)
    }

    fn prepare(
        &self,
        endpoint: Endpoint,
        transport: Arc<dyn Transport>,
    ) -> Result<Ready, ConfigError> {
        let mut capabilities = capabilities(self.kind.table, &endpoint.name, &self.model);
        self.known.iter().for_each(|it| it(&mut capabilities));
        if self.model.trim().is_empty() {
            return Err(ConfigError::Model);
        }
        Ok(Ready {
            headers: self.headers(&endpoint, &capabilities)?,
            known: catalogue::at(&endpoint.name).map(|entry| entry.name),
            endpoint,
            url: OnceLock::new(),
            capabilities,
            transport,
        })
    }

    /// The headers of every request.
    fn headers(
        &self,
        endpoint: &Endpoint,
        capabilities: &Capabilities,
    ) -> Result<HeaderMap, ConfigError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend((self.kind.format)(capabilities.api).headers());
        let (key_name, scheme) = capabilities.key.name();
        for (name, value) in &self.headers {
            let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
            let (Ok(name), Ok(mut value)) = parsed else {
                return Err(refused_header(name, "no header can be written so"));
            };
            if OURS.contains(&name.as_str()) {
                return Err(refused_header(name.as_str(), "it is zyn's to set"));
            }
            if name == AUTHORIZATION && self.key.is_some() || name == key_name {
                return Err(refused_header(name.as_str(), "give the key with `.key(…)`"));
            }
            // it may be a key for someone on the way
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if let Some(key) = &self.key {
            key.check()?;
            let value = key.header(scheme);
            headers.extend(value.map(|value| (HeaderName::from_static(key_name), value)));
        } else if endpoint.name == self.kind.keyed_host {
            return Err(ConfigError::Key {
                problem: "there is none, and this server needs one; give it with `.key(…)`",
            });
        }
        Ok(headers)
    }

    /// Makes one attempt; with `heard`, as a stream.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        heard: Option<&mut Heard<'_>>,
    ) -> Result<Response, ProviderError> {
        let ready = self
            .ready()
            .map_err(|error| ProviderError::new(self.name(), Failure::Config(error)))?;
        telemetry::server(
            &ready.endpoint.name,
            ready.endpoint.url.port_or_known_default(),
        );
        let learnt = &self.state.learnt;
        let takes = learnt.apply(ready.capabilities);
        self.warn(request, &takes);
        let format = (self.kind.format)(takes.api);
        let post = self.post(request, ready, &takes, format, heard.is_some());
        let sent = ready.transport.post(post);
        let outcome = self.exchange(format, sent, request.idle, heard).await;
        outcome.map_err(|(mut error, refused)| {
            error.host = Some(ready.endpoint.host());
            self.learn(error, refused, request, ready.capabilities, takes)
        })
    }

    fn post(
        &self,
        request: &Request,
        ready: &Ready,
        takes: &Capabilities,
        format: &dyn Format,
        streamed: bool,
    ) -> Post {
        // with room for what is added below and by the client, which a clone would have to grow for
        let mut headers = HeaderMap::with_capacity(ready.headers.len() + 5);
        for (name, value) in &ready.headers {
            headers.append(name.clone(), value.clone());
        }
        let accept = match streamed {
            true => "text/event-stream, application/x-ndjson, application/json",
            false => "application/json",
        };
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        // Not an idempotency key: a re-ask has the same id and must not be given the same answer.
        let id = HeaderValue::try_from(request.id.as_str()).ok();
        headers.extend(
            id.filter(|id| !id.is_empty())
                .map(|id| (CLIENT_REQUEST_ID, id)),
        );
        let url = || url(&ready.endpoint, format, &self.model, streamed);
        Post {
            // what was learnt may lead to another operation
            url: match streamed || takes.api != ready.capabilities.api {
                true => url(),
                false => ready.url.get_or_init(url).clone(),
            },
            headers,
            body: format.body(&self.model, request, takes, streamed),
        }
    }

    /// Reads what comes back. With an error comes the part of the request that the server does not take, if that is its
    /// reason.
    async fn exchange(
        &self,
        format: &dyn Format,
        sent: BoxFuture<'_, Result<Incoming, TransportError>>,
        idle: Duration,
        heard: Option<&mut Heard<'_>>,
    ) -> Result<Response, (ProviderError, Option<Part>)> {
        let plain = |error| (error, None);
        let limit = heard.is_some().then_some(idle);
        let mut incoming = self.before(limit, sent).await.map_err(plain)?;
        let headers = std::mem::take(&mut incoming.headers);
        let reading = Reading {
            provider: self.name(),
            status: incoming.status,
            headers: &headers,
            key: self.key.as_ref(),
        };
        if !(200..300).contains(&incoming.status) {
            let body = incoming.beginning().await;
            return reading.rejected(&body).map_err(|error| {
                let body = serde_json::from_slice(&body).unwrap_or_default();
                let refused = unsupported(reading.status, &rejection::said(&body));
                (error, refused)
            });
        }
        if is_compressed(&headers) {
            let what = "a compressed body";
            return Err(plain(reading.failure(Failure::Protocol { what })));
        }
        let begins = match limit {
            Some(limit) => self.look(&mut incoming, limit).await.map_err(plain)?,
            None => None,
        };
        match (heard, limit) {
            (Some(heard), Some(limit))
                if is_stream(begins.as_deref(), &headers, format.framing()) =>
            {
                // apart, or every call would have the room that a stream needs
                let read = Box::pin(self.stream(incoming, format, &reading, limit, heard));
                read.await.map_err(plain)
            }
            (heard, limit) => {
                let body = self.before(limit, incoming.whole()).await.map_err(plain)?;
                let mut said = Completion::default();
                let text = std::str::from_utf8(&body).unwrap_or_default();
                if !format.usual(text, &mut said) {
                    let body = reading.json(&body).map_err(plain)?;
                    format.answer(&body, &mut said);
                }
                let response = reading.judge(said).map_err(plain)?;
                if let Some(heard) = heard {
                    heard(&response.text);
                }
                Ok(response)
            }
        }
    }

    /// How a body begins, blanks left out, while there still is all of it to read; `None` if there is nothing in it.
    async fn look(
        &self,
        incoming: &mut Incoming,
        limit: Duration,
    ) -> Result<Option<Bytes>, ProviderError> {
        let (mut pieces, mut blanks) = (Vec::new(), 0_usize);
        let found = loop {
            let next = incoming.body.next();
            let Some(chunk) = self.before(Some(limit), next).await? else {
                break None;
            };
            let is_blank = |byte: u8| byte.is_ascii_whitespace() || BYTE_ORDER_MARK.contains(&byte);
            let first = chunk.iter().position(|byte| !is_blank(*byte));
            blanks = blanks.saturating_add(chunk.len());
            pieces.push(chunk.clone());
            match first {
                Some(first) => break Some(chunk.slice(first..)),
                // they keep a stream alive too
                None if blanks > BLANKS => break Some(chunk),
                None => {}
            }
        };
        incoming.put_back(pieces);
        Ok(found)
    }

    /// Reads a stream, telling what is spoken as it comes.
    async fn stream(
        &self,
        mut incoming: Incoming,
        format: &dyn Format,
        reading: &Reading<'_>,
        limit: Duration,
        heard: &mut Heard<'_>,
    ) -> Result<Response, ProviderError> {
        let too_large = || self.not_answered(TransportError::TooLarge);
        let mut reader = Events::new(format.framing());
        let mut said = Completion::default();
        let (mut bytes, mut told) = (0_usize, 0);
        let mut events = Vec::new();
        let hear = |events: &mut dyn Iterator<Item = Event>, said: &mut Completion| {
            for event in events {
                // what stands behind the end does not count, in whichever piece it comes
                if !said.is_over() {
                    format.event(&event, said);
                }
            }
        };
        let broken = loop {
            let chunk = match self.before(Some(limit), incoming.body.next()).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(error) => break Some(error),
            };
            bytes = bytes.saturating_add(chunk.len());
            let read = reader.push(&chunk, &mut events);
            hear(&mut events.drain(..), &mut said);
            tell(&said, &mut told, heard);
            if read.is_err() || bytes > STREAM_LIMIT || said.text.text().len() > REPLY_LIMIT {
                return Err(self.costing(too_large(), &said));
            }
            if said.is_over() {
                // so that the connection can be used again
                let _ = timeout(END, async {
                    while let Ok(Some(_)) = incoming.body.next().await {}
                })
                .await;
                break None;
            }
        };
        let problem = said.problem;
        hear(&mut reader.finish().into_iter(), &mut said);
        // what is left had no end, so what is wrong with it may be that it was cut
        said.problem = problem;
        let complete = said.is_over() || said.end.is_some();
        if !complete && let Some(error) = broken {
            return Err(self.costing(error, &said));
        }
        if !complete && said.problem.is_none() && !said.text.text().is_empty() {
            let error = reading.failure(Failure::Interrupted);
            return Err(self.costing(error, &said));
        }
        let usage = said.usage;
        let response = reading.judge(said).map_err(|mut error| {
            if !complete && error.kind == Failure::Empty {
                error.kind = match bytes {
                    0 => Failure::Protocol {
                        what: "an empty body",
                    },
                    _ => Failure::Interrupted,
                };
                error.usage = usage;
            }
            error
        })?;
        if let Some(rest) = response.text.get(told..).filter(|rest| !rest.is_empty()) {
            heard(rest);
        }
        Ok(response)
    }

    fn costing(&self, mut error: ProviderError, said: &Completion) -> ProviderError {
        error.usage = error.usage.or(said.usage);
        error
    }

    /// What `wait` comes to, if that is within `limit`.
    async fn before<T>(
        &self,
        limit: Option<Duration>,
        wait: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, ProviderError> {
        let outcome = match limit {
            None => wait.await,
            Some(limit) => timeout(limit, wait)
                .await
                .map_err(|_| ProviderError::new(self.name(), Failure::Timeout { limit }))?,
        };
        outcome.map_err(|error| self.not_answered(error))
    }

    fn not_answered(&self, error: TransportError) -> ProviderError {
        let (kind, cause) = match error {
            TransportError::NotSent(cause) => (Failure::Connect, cause),
            TransportError::Interrupted(cause) => (Failure::Interrupted, cause),
            TransportError::TooLarge => {
                let kind = Failure::ReplyTooLarge { limit: REPLY_LIMIT };
                return ProviderError::new(self.name(), kind);
            }
        };
        ProviderError::new(self.name(), kind).with_detail(without_keys(&cause, self.key.as_ref()))
    }

    /// Remembers what the server does not take, and says whether the next request will be another one.
    fn learn(
        &self,
        mut error: ProviderError,
        refused: Option<Part>,
        request: &Request,
        known: Capabilities,
        sent: Capabilities,
    ) -> ProviderError {
        let learnt = &self.state.learnt;
        let refused = refused.or_else(|| {
            // the operation is unknown, or the model is: the other operation will tell
            let unknown = matches!(error.status, Some(404 | 405)) && !names_the_model(&error);
            (sent.api == Api::Responses && unknown).then_some(Part::Responses)
        });
        let native = request
            .schema
            .as_ref()
            .filter(|schema| schema.dialect != Dialect::Prompted);
        if let Some(part) = refused {
            learnt.note(part);
        }
        let now = learnt.apply(known);
        let is_otherwise = now != sent;
        let takes_none = now.mode == Mode::Prompted && sent.mode != Mode::Prompted;
        match (refused, native) {
            (Some(_), Some(_)) if takes_none => error.kind = Failure::SchemaRefused,
            (Some(part), _) => error.adapted = is_otherwise && uses(request, part),
            (None, Some(schema)) if error.kind == Failure::SchemaRefused => learnt.refuse(schema),
            (None, _) => {}
        }
        if error.kind == Failure::SchemaRefused && native.is_none() {
            error.kind = rejection::without_schema(error.status);
        }
        if error.kind == Failure::Empty && sent.blanks {
            error.should_retry = error.should_retry.or(Some(true));
        }
        error
    }

    /// Tells the user, once, what is left out of a request.
    fn warn(&self, request: &Request, takes: &Capabilities) {
        let learnt = &self.state.learnt;
        let dropped = request.temperature.is_some() && !takes.sampling;
        if dropped && learnt.warns_of(Part::Temperature) {
            telemetry::temperature_dropped(&self.model);
        }
        let dropped = request.logprobs && !takes.logprobs;
        if dropped && learnt.warns_of(Part::Logprobs) {
            telemetry::logprobs_dropped(&self.model);
        }
    }

    /// Over another transport: the set-up is checked, but no client is built.
    #[cfg(any(test, feature = "benched"))]
    pub(super) fn over(self, transport: Arc<dyn Transport>) -> Self {
        let this = self.with(|_| {});
        let ready = this
            .endpoint()
            .and_then(|endpoint| this.prepare(endpoint, transport));
        this.state.ready.get_or_init(|| ready);
        this
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.endpoint().map(|endpoint| endpoint.host());
        f.debug_struct(name)
            .field("host", &host.as_deref().unwrap_or("none"))
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// Whether it is the model that the server does not know.
fn names_the_model(error: &ProviderError) -> bool {
    let code = error.code.as_deref();
    matches!(code, Some("model_not_found" | "invalid_model"))
}

/// Whether `request` would have had `part` at all.
fn uses(request: &Request, part: Part) -> bool {
    match part {
        Part::Temperature => request.temperature.is_some(),
        Part::MaxTokensName => request.max_tokens.is_some(),
        Part::Logprobs => request.logprobs,
        _ => true,
    }
}

fn refused_header(name: &str, problem: &'static str) -> ConfigError {
    ConfigError::Header {
        name: name.chars().filter(|c| !c.is_control()).take(80).collect(),
        problem,
    }
}

/// Tells what was spoken since it was last told.
fn tell(said: &Completion, told: &mut usize, heard: &mut Heard<'_>) {
    let text = said.text.text();
    if let Some(new) = text.get(*told..).filter(|new| !new.is_empty()) {
        heard(new);
        *told = text.len();
    }
}

/// Whether a success is a stream: a server may answer at once, although it was asked for one. How the body begins tells
/// more than what its header says it is.
fn is_stream(begins: Option<&[u8]>, headers: &HeaderMap, framing: Framing) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.trim_start().starts_with("application/json"));
    match (begins, framing) {
        (None | Some([b'<', ..]), _) | (Some([b'{' | b'[', ..]), Framing::Sse) => false,
        (Some(begins), Framing::Sse) if is_json => {
            let fields: [&[u8]; 5] = [b":", b"data:", b"event:", b"id:", b"retry:"];
            fields.iter().any(|field| begins.starts_with(field))
        }
        (Some(_), _) => !is_json,
    }
}

/// Whether a body is in a coding that nobody asked for.
fn is_compressed(headers: &HeaderMap) -> bool {
    let coding = headers.get(CONTENT_ENCODING);
    coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn url(endpoint: &Endpoint, format: &dyn Format, model: &str, streamed: bool) -> Url {
    let mut url = endpoint.url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(format.path(model, streamed));
    }
    url.set_query(format.query(streamed));
    url
}
