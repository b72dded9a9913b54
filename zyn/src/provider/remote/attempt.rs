//! One attempt, and what is learnt from it.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::stream::is_stream;
use super::{Ready, Remote, headers};
use crate::clock;
use crate::provider::completion::{Completion, Failed, Reading};
use crate::provider::endpoint::Endpoint;
use crate::provider::format::Format;
use crate::provider::http::{Incoming, Post, REPLY_LIMIT, Transport, TransportError};
use crate::provider::key::without_keys;
use crate::provider::learnt::Part;
use crate::provider::profile::{Api, Capabilities};
use crate::provider::{
    Class, Dialect, Failure, Heard, Mode, ProviderError, Request, Response, Wait, WireSchema,
    headers as replied, rejection,
};
use crate::telemetry;

/// The most bytes of an error that are looked at. It may quote the prompt.
const ERROR_LIMIT: usize = 1024 * 1024;
/// How long the body of an error is waited for: its status says nearly as much.
const ERROR_TIME: Duration = Duration::from_secs(5);

/// What an attempt asks for, and in which form.
struct Asked<'a> {
    request: &'a Request,
    ready: &'a Ready,
    transport: &'a dyn Transport,
    /// What the server takes, as far as it was known when this was sent.
    takes: Capabilities,
    format: &'static dyn Format,
    streamed: bool,
}

/// How long something is waited for.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    wait: Wait,
    limit: Duration,
    at: Instant,
}

impl Limit {
    /// From now on, `limit` for this.
    pub(super) fn new(wait: Wait, limit: Duration) -> Self {
        let at = clock::after(limit);
        Self { wait, limit, at }
    }
}

impl Asked<'_> {
    /// The schema, if it is not in the prompt alone.
    fn native(&self) -> Option<&WireSchema> {
        let schema = self.request.schema.as_ref();
        schema.filter(|schema| schema.dialect != Dialect::Prompted)
    }

    fn body(&self, model: &str, takes: &Capabilities) -> Vec<Bytes> {
        self.format.body(model, self.request, takes, self.streamed)
    }

    /// Whether something else would be sent to a server that takes this.
    fn would_change(&self, model: &str, takes: &Capabilities) -> bool {
        takes.api != self.takes.api
            || *takes != self.takes && self.body(model, takes) != self.body(model, &self.takes)
    }
}

impl Remote {
    /// Makes one attempt; with `heard`, as a stream.
    pub(in crate::provider) async fn attempt(
        &self,
        request: &Request,
        heard: Option<&mut Heard<'_>>,
    ) -> Result<Response, ProviderError> {
        let refused = |error| ProviderError::new(self.name(), Failure::Config(error));
        let ready = self.ready().map_err(refused)?;
        let transport = self.transport(ready).map_err(refused)?;
        telemetry::server(
            &ready.endpoint.name,
            ready.endpoint.url.port_or_known_default(),
        );
        let takes = self.state.learnt.apply(ready.capabilities);
        self.warn(request, &takes);
        let asked = Asked {
            request,
            ready,
            transport,
            takes,
            format: (self.kind.format)(takes.api),
            streamed: heard.is_some(),
        };
        match self.exchange(&asked, heard).await {
            Ok(response) => {
                self.state.learnt.answered(takes.api);
                Ok(response)
            }
            Err(failed) => Err(self.learn(failed, &asked)),
        }
    }

    fn post(&self, asked: &Asked<'_>) -> Post {
        let Asked {
            request,
            ready,
            takes,
            format,
            streamed,
            ..
        } = asked;
        let url = || url(&ready.endpoint, *format, &self.model, *streamed);
        Post {
            // what was learnt may lead to another operation
            url: match *streamed || takes.api != ready.capabilities.api {
                true => url(),
                false => ready.url.get_or_init(url).clone(),
            },
            headers: headers::of_one(&ready.headers, &request.id, *streamed),
            body: asked.body(&self.model, takes),
            connect: request.connect,
        }
    }

    /// Sends, and reads what comes back.
    async fn exchange(
        &self,
        asked: &Asked<'_>,
        heard: Option<&mut Heard<'_>>,
    ) -> Result<Response, Failed> {
        let first_byte = || Limit::new(Wait::FirstByte, asked.request.first_byte);
        let begins = asked.streamed.then(first_byte);
        let sent = asked.transport.post(self.post(asked));
        let mut incoming = self.before(begins, sent).await?;
        let headers = std::mem::take(&mut incoming.headers);
        let remaining = replied::remaining(&headers);
        match self.read(incoming, &headers, asked, begins, heard).await {
            Ok(response) => Ok(Response {
                remaining,
                ..response
            }),
            Err(mut failed) => {
                failed.error.remaining = remaining.map(Box::new);
                Err(failed)
            }
        }
    }

    /// Reads what comes behind the head.
    async fn read(
        &self,
        mut incoming: Incoming,
        headers: &HeaderMap,
        asked: &Asked<'_>,
        begins: Option<Limit>,
        heard: Option<&mut Heard<'_>>,
    ) -> Result<Response, Failed> {
        let (format, idle) = (asked.format, asked.request.idle);
        let reading = Reading {
            provider: self.name(),
            status: incoming.status,
            headers,
            key: self.key.as_ref(),
        };
        let response = if !(200..300).contains(&incoming.status) {
            reading.rejected(&beginning(incoming).await)?
        } else if is_compressed(headers) {
            let what = "a compressed body";
            return Err(reading.failure(Failure::Protocol { what }).into());
        } else {
            let begins = match begins {
                Some(begins) => self.look(&mut incoming, begins, idle).await?,
                None => None,
            };
            let is_stream = is_stream(begins.as_deref(), headers, format.framing());
            if is_stream && let Some(heard) = heard {
                // apart, or every call would have the room that a stream needs
                return Box::pin(self.stream(incoming, format, &reading, idle, heard)).await;
            }
            let limit = asked.streamed.then(|| Limit::new(Wait::Idle, idle));
            let body = self.before(limit, incoming.whole()).await?;
            let mut said = Completion::default();
            let text = std::str::from_utf8(&body).unwrap_or_default();
            if !format.usual(text, &mut said) {
                format.answer(&reading.json(&body)?, &mut said);
            }
            reading.judge(said)?
        };
        if let Some(heard) = heard {
            heard(&response.text);
        }
        Ok(response)
    }

    /// What `wait` comes to, if that is within `limit`.
    pub(super) async fn before<T>(
        &self,
        limit: Option<Limit>,
        wait: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, ProviderError> {
        let outcome = match limit {
            None => wait.await,
            Some(Limit {
                wait: what,
                limit,
                at,
            }) => timeout_at(at, wait).await.map_err(|_| {
                ProviderError::new(self.name(), Failure::Timeout { wait: what, limit })
            })?,
        };
        outcome.map_err(|error| self.not_answered(error))
    }

    fn not_answered(&self, error: TransportError) -> ProviderError {
        let failed = |kind| ProviderError::new(self.name(), kind);
        let (error, cause) = match error {
            TransportError::NotSent(cause) => (failed(Failure::Connect), cause),
            TransportError::NotInTime(limit, cause) => {
                (ProviderError::unconnected(self.name(), limit), cause)
            }
            TransportError::Interrupted(cause) => (failed(Failure::Interrupted), cause),
            TransportError::TooLarge => {
                return failed(Failure::ReplyTooLarge { limit: REPLY_LIMIT });
            }
        };
        error.with_detail(without_keys(&cause, self.key.as_ref()))
    }

    /// Remembers what the server does not take, and says whether the next request will be another one.
    fn learn(&self, failed: Failed, asked: &Asked<'_>) -> ProviderError {
        let Failed { mut error, refused } = failed;
        error.host = Some(asked.ready.endpoint.host());
        let (learnt, known) = (&self.state.learnt, asked.ready.capabilities);
        // what was not sent was not refused, whatever the words are
        let most_tokens = refused.most_tokens;
        let is_sent = |part: &Part| {
            let otherwise = part.left_out(asked.takes, most_tokens);
            asked.would_change(&self.model, &otherwise)
        };
        let mut sent = refused.parts.iter().map(|parts| {
            let parts = parts.iter().copied();
            parts.filter(is_sent).collect::<Vec<_>>()
        });
        let sent = sent.find(|parts| !parts.is_empty()).unwrap_or_default();
        sent.iter().for_each(|part| learnt.note(*part, most_tokens));
        let tries_chat = sent.is_empty() && is_unknown(&error, &asked.takes);
        if tries_chat {
            learnt.try_chat();
        }
        let now = learnt.apply(known);
        let takes_none = now.mode == Mode::Prompted && asked.takes.mode != Mode::Prompted;
        match asked.native() {
            Some(_) if takes_none && (tries_chat || !sent.is_empty()) => {
                error.kind = Failure::SchemaRefused;
            }
            _ if tries_chat || !sent.is_empty() => {
                error.adapted = asked.would_change(&self.model, &now);
            }
            Some(schema) if error.kind == Failure::SchemaRefused => {
                learnt.refuse(schema);
                // it was the schema, and nothing else that was suspected before
                refused.suspects().for_each(|part| learnt.restore(part));
            }
            _ => {}
        }
        if error.kind == Failure::SchemaRefused && (error.adapted || asked.native().is_none()) {
            error.kind = rejection::without_schema(error.status);
        }
        match error.kind {
            Failure::Refusal | Failure::Filtered | Failure::Truncated | Failure::Empty => {
                learnt.answered(asked.takes.api);
            }
            Failure::SchemaRefused => {}
            _ if asked.takes.api == known.api || error.adapted => {}
            _ if error.class() == Class::Terminal => learnt.chat_failed(),
            _ => {}
        }
        if error.kind == Failure::Empty && asked.takes.blanks {
            error.should_retry = error.should_retry.or(Some(true));
        }
        *error
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
}

/// Whether the newer operation is unknown, or the model is: the older one will tell.
fn is_unknown(error: &ProviderError, takes: &Capabilities) -> bool {
    let names_the_model = matches!(
        error.code.as_deref(),
        Some("model_not_found" | "invalid_model")
    );
    takes.api == Api::Responses
        && matches!(error.status, Some(404 | 405))
        && matches!(error.kind, Failure::NotFound | Failure::Rejected)
        && !names_the_model
}

/// What there is of an error's body in a short while. Its status counts for more than its words, so neither their length
/// nor a break is a failure.
async fn beginning(mut incoming: Incoming) -> Vec<u8> {
    let mut body = Vec::new();
    let read = async {
        while body.len() < ERROR_LIMIT
            && let Ok(Some(chunk)) = incoming.body.next().await
        {
            body.extend_from_slice(&chunk);
        }
    };
    let _ = timeout(ERROR_TIME, read).await;
    body.truncate(ERROR_LIMIT);
    body
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
