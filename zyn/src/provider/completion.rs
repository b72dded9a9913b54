//! What a reply says, whichever wire format it is in, and what comes of it.

use std::borrow::Cow;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::key::{Key, without_keys};
use super::learnt::{Refused, unsupported};
use super::rejection::{self, Said};
use super::spoken::Spoken;
use super::{Class, Failure, ProviderError, Response, Token, headers};
use crate::session::Usage;

/// What a reply says, or has said so far.
#[derive(Debug, Default)]
pub(super) struct Completion {
    pub(super) text: Spoken,
    pub(super) refusal: Option<String>,
    /// Why the model ended; `None` while it has not.
    pub(super) end: Option<End>,
    /// The same in the provider's words.
    pub(super) finish: Option<String>,
    pub(super) usage: Option<Usage>,
    pub(super) model: Option<String>,
    /// The provider's id of the request, where it is in the body.
    pub(super) id: Option<String>,
    pub(super) tokens: Vec<Token>,
    /// An error inside a success.
    pub(super) error: Option<Value>,
    /// What is wrong with the reply, if it is not one of this API.
    pub(super) problem: Option<&'static str>,
    /// Whether a stream has said that nothing follows.
    pub(super) done: bool,
}

/// Why a model ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Stop,
    /// At the limit of tokens.
    Cut,
    Refused,
    /// By the provider's filter.
    Filtered,
    /// In the middle, for a reason of the server's: what it wrote may be a part.
    Broken,
}

impl Completion {
    /// Takes an error out of `body`, if there is one.
    pub(super) fn note_error(&mut self, body: &Value) {
        if body.get("error").is_some_and(|error| !error.is_null()) {
            self.error = Some(body.clone());
        }
    }

    /// Whether nothing that a stream may still say counts.
    pub(super) fn is_over(&self) -> bool {
        self.done || self.error.is_some()
    }

    /// Whether a stream came to the end of its answer, at which it has told what the whole cost.
    pub(super) fn is_whole(&self) -> bool {
        self.done || self.end.is_some()
    }

    /// Notes why the model ended, in the provider's words and in ours.
    pub(super) fn note_end(&mut self, finish: &str, end: End) {
        self.finish = Some(finish.to_owned());
        self.end = Some(end);
    }

    /// Adds to a refusal.
    pub(super) fn refuse(&mut self, words: &str) {
        self.refusal.get_or_insert_default().push_str(words);
    }
}

/// What comes of a reply that is no answer.
pub(super) struct Failed {
    pub(super) error: Box<ProviderError>,
    /// The parts of the request that the server does not take, if they are the reason.
    pub(super) refused: Refused,
}

impl From<ProviderError> for Failed {
    fn from(error: ProviderError) -> Self {
        Self {
            error: Box::new(error),
            refused: Refused::default(),
        }
    }
}

/// What every outcome of one reply has in common.
pub(super) struct Reading<'r> {
    pub(super) provider: &'r str,
    pub(super) status: u16,
    pub(super) headers: &'r HeaderMap,
    /// Is taken out of what the server says.
    pub(super) key: Option<&'r Key>,
}

impl Reading<'_> {
    /// The outcome of a success: error inside it, refusal, filter, cut, empty, text.
    pub(super) fn judge(&self, mut said: Completion) -> Result<Response, Failed> {
        if let Some(error) = said.error.take() {
            return self.told(rejection::said(&error), said);
        }
        self.outcome(said).map_err(Failed::from)
    }

    /// The outcome of a reply without an error in it.
    fn outcome(&self, said: Completion) -> Result<Response, ProviderError> {
        let usage = said.usage;
        let id = said.id.as_deref();
        let costing = |error| self.costing(error, usage, id);
        let failure = |kind| Err(costing(self.failure(kind)));
        let refusal = said.refusal.as_deref().unwrap_or_default().trim();
        if !refusal.is_empty() {
            let error = self.failure(Failure::Refusal);
            return Err(costing(error.with_detail(self.clean(refusal))));
        }
        match said.end {
            Some(End::Refused) => return failure(Failure::Refusal),
            Some(End::Filtered) => return failure(Failure::Filtered),
            Some(End::Cut) => return failure(Failure::Truncated),
            Some(End::Stop | End::Broken) | None => {}
        }
        if let Some(what) = said.problem {
            return failure(Failure::Protocol { what });
        }
        let text = said.text.finish();
        if text.trim().is_empty() {
            return failure(Failure::Empty);
        }
        if said.end == Some(End::Broken) {
            let mut error = self.failure(Failure::Server);
            error.code = said.finish.map(|finish| self.short(&finish));
            return Err(costing(error));
        }
        Ok(Response {
            text,
            usage,
            model: said.model.map(|model| self.cleaned(model)),
            finish: said.finish.map(|finish| self.cleaned(finish)),
            request_id: self.request_id().or(id.map(|id| self.short(id))),
            tokens: said.tokens,
            time_to_first_token: None,
            remaining: None,
        })
    }

    /// A whole body as JSON.
    pub(super) fn json(&self, body: &[u8]) -> Result<Value, ProviderError> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        serde_json::from_slice(body).map_err(|_| {
            self.failure(Failure::Protocol {
                what: kind_of(body),
            })
        })
    }

    /// What comes of an error reply. Redirects and statuses that say nothing about errors are here too.
    pub(super) fn rejected(&self, body: &[u8]) -> Result<Response, Failed> {
        let said = match serde_json::from_slice(body) {
            Ok(body) => rejection::said(&body),
            Err(_) => rejection::said_plainly(&String::from_utf8_lossy(body)),
        };
        self.told(said, Completion::default())
    }

    /// What comes of an error that the server put into words, after it had `said` something.
    fn told(&self, words: Said, said: Completion) -> Result<Response, Failed> {
        // an answer that the server did not let pass is an invalid answer, and to be read as one
        if let Some(text) = words.failed_generation.as_deref()
            && !text.trim().is_empty()
        {
            let mut whole = Spoken::default();
            whole.push(text);
            let whole = whole.finish();
            // of what was heard nothing can be taken back
            if whole.starts_with(said.text.text()) {
                let mut answer = Completion {
                    finish: words.code,
                    usage: said.usage,
                    model: said.model,
                    id: said.id,
                    ..Completion::default()
                };
                answer.text.say(&whole);
                return self.outcome(answer).map_err(Failed::from);
            }
        }
        let status = words.status().unwrap_or(self.status);
        // a server that speaks already has taken the request
        let refused = match said.text.text() {
            "" => unsupported(status, &words),
            _ => Refused::default(),
        };
        let error = self.error(status, words);
        let error = Box::new(self.costing(error, said.usage, said.id.as_deref()));
        Err(Failed { error, refused })
    }

    fn error(&self, status: u16, words: Said) -> ProviderError {
        let mut error = self.failure(rejection::kind(status, &words));
        error.status = Some(status);
        error.should_retry = headers::should_retry(self.headers);
        let passes = error.class() == Class::Rejected;
        let wait = headers::retry_after(self.headers);
        error.retry_after = wait.or_else(|| words.retry_after(passes));
        let code = words.code.as_deref().or(words.kind.as_deref());
        error.code = code.map(|code| self.short(code));
        if error.request_id.is_none() {
            error.request_id = words.request_id.map(|id| self.short(&id));
        }
        match words.message {
            Some(message) => error.with_detail(self.clean(&message)),
            None => error,
        }
    }

    fn costing(
        &self,
        mut error: ProviderError,
        usage: Option<Usage>,
        id: Option<&str>,
    ) -> ProviderError {
        error.usage = usage;
        error.request_id = error.request_id.or_else(|| id.map(|id| self.short(id)));
        error
    }

    /// A failure of the reply itself. What its headers say about repeating is about replies that say no.
    pub(super) fn failure(&self, kind: Failure) -> ProviderError {
        let mut error = ProviderError::new(self.provider, kind);
        error.status = Some(self.status);
        error.request_id = self.request_id();
        error
    }

    fn request_id(&self) -> Option<String> {
        headers::request_id(self.headers).map(|id| self.short(id))
    }

    /// An id or a code as `Display` can show it.
    fn short(&self, text: &str) -> String {
        let clean = without_keys(text, self.key);
        clean.chars().filter(|c| !c.is_control()).take(80).collect()
    }

    fn clean(&self, text: &str) -> String {
        without_keys(text, self.key).into_owned()
    }

    /// The same, without a copy of what is clean already.
    fn cleaned(&self, text: String) -> String {
        let clean = match without_keys(&text, self.key) {
            Cow::Borrowed(_) => None,
            Cow::Owned(clean) => Some(clean),
        };
        clean.unwrap_or(text)
    }
}

/// What a body is that is not JSON, in a few words.
fn kind_of(body: &[u8]) -> &'static str {
    match body.trim_ascii_start() {
        [] => "an empty body",
        [b'<', ..] => "HTML",
        [b'{' | b'[', ..] => "broken JSON",
        _ if body.starts_with(b"data:") || body.starts_with(b"event:") => "a stream",
        _ => "text that is not JSON",
    }
}
