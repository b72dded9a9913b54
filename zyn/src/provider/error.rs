use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Remaining, Wait};
use crate::error::Excerpt;
use crate::session::Usage;

/// Why a call to a provider gave no answer.
///
/// `Display` says what happened and what to do, never what was sent or received; the provider's own
/// words are in [`detail`](Self::detail), cut and with secrets removed.
///
/// # Examples
///
/// ```
/// use zyn::provider::Class;
/// use zyn::{Failure, ProviderError};
///
/// let mut error = ProviderError::new("openai", Failure::RateLimit);
/// error.host = Some("api.openai.com".to_owned());
/// error.status = Some(429);
/// assert_eq!(error.class(), Class::Rejected);
/// assert_eq!(
///     error.to_string(),
///     "api.openai.com asks for fewer requests; wait, or lower the load (HTTP 429)",
/// );
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProviderError {
    /// What went wrong.
    pub kind: Failure,
    /// The provider's name, as in `openai`.
    pub provider: String,
    /// The host that was asked, without path or key.
    pub host: Option<String>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The provider's error code, as in `model_not_found`.
    pub code: Option<String>,
    /// The provider's id of the request, to quote to its support.
    pub request_id: Option<String>,
    /// How long the provider asked to wait, if it did.
    pub retry_after: Option<Duration>,
    /// What the provider said about repeating the call (`x-should-retry`), if it did.
    pub should_retry: Option<bool>,
    /// The tokens that this attempt cost, where the provider said so.
    pub usage: Option<Usage>,
    /// Whether the provider has learnt from this answer and would now send something else: repeating the call at once
    /// can succeed, and is an attempt beside the retries.
    pub adapted: bool,
    /// What the provider says is left of its limits, if it does. Boxed, because an error is handed from place to place.
    pub remaining: Option<Box<Remaining>>,
    more: Option<Box<More>>,
}

/// What few errors have.
#[derive(Debug, Clone, Default)]
struct More {
    /// The limit that the connection was not made within, where that is why there is none.
    connect: Option<Duration>,
    /// Whether a part of an answer had been told before it failed, so that work was done.
    behind_text: bool,
    detail: Option<Excerpt>,
}

/// The kinds of failure of a provider call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The provider is set up wrongly; no request was sent.
    Config(ConfigError),
    /// No connection: name resolution, refusal, TLS. Nothing was sent.
    Connect,
    /// The connection broke after the request was sent.
    Interrupted,
    /// No answer in time. The provider may have done, and billed, the work.
    Timeout {
        /// What was waited for.
        wait: Wait,
        /// The limit that was reached.
        limit: Duration,
    },
    /// Too many requests or tokens (429).
    RateLimit,
    /// The account has no credit or has reached its limit.
    Quota,
    /// The provider is over capacity (529).
    Overloaded,
    /// The provider is not available (503).
    Unavailable,
    /// The provider failed (other 5xx, 408, 409).
    Server,
    /// The key is missing, wrong or not allowed (401, 403).
    Auth,
    /// No such model or address (404).
    NotFound,
    /// The conversation is longer than the model can read.
    ContextWindow,
    /// The provider does not accept the request (400, 422, other 4xx).
    Rejected,
    /// The provider does not take the schema of the answer, or none at all. It is then said in the prompt alone, and the
    /// provider asked again.
    SchemaRefused,
    /// A redirect; zyn follows none, because it would send key and prompt to another host.
    Redirect,
    /// The reply is larger than the cap.
    ReplyTooLarge {
        /// The cap, in bytes.
        limit: usize,
    },
    /// What came back is not what this API answers: HTML, broken JSON, no choices.
    Protocol {
        /// What is wrong with it, in a few words.
        what: &'static str,
    },
    /// The model refused.
    Refusal,
    /// The provider's filter removed the answer.
    Filtered,
    /// The answer was cut at the token limit. It is never repaired into a value.
    Truncated,
    /// The model answered nothing.
    Empty,
}

/// What may be done after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// The request was not sent: repeating it costs nothing.
    NotSent,
    /// The provider turned it away for now: repeating it can succeed.
    Rejected,
    /// It may have been done and billed: repeated at most once.
    Ambiguous,
    /// The model answered, and not what was asked for: cut, empty, refused. What is invalid is asked again by the
    /// synapse, with what is wrong; the rest is no matter of luck.
    InvalidReply,
    /// Repeating it cannot succeed.
    Terminal,
}

impl ProviderError {
    /// An error of `kind` from the provider called `provider`.
    pub fn new(provider: impl Into<String>, kind: Failure) -> Self {
        Self {
            kind,
            provider: provider.into(),
            host: None,
            status: None,
            code: None,
            request_id: None,
            retry_after: None,
            should_retry: None,
            usage: None,
            adapted: false,
            remaining: None,
            more: None,
        }
    }

    /// Keeps the provider's own words, cut to 2 KiB. The caller has removed secrets from them.
    #[must_use]
    pub fn with_detail(mut self, detail: impl AsRef<str>) -> Self {
        self.more.get_or_insert_default().detail = Some(Excerpt::new(detail.as_ref()));
        self
    }

    /// What the provider said, cut to 2 KiB, without secrets. It may quote the prompt, so neither `Display` nor `Debug`
    /// shows it.
    pub fn detail(&self) -> Option<&str> {
        self.more.as_ref()?.detail.as_ref().map(Excerpt::text)
    }

    /// No connection within `limit`.
    #[cfg(feature = "http")]
    pub(super) fn unconnected(provider: impl Into<String>, limit: Duration) -> Self {
        let mut error = Self::new(provider, Failure::Connect);
        error.more.get_or_insert_default().connect = Some(limit);
        error
    }

    /// The same failure behind a part of an answer.
    pub(crate) fn behind_text(mut self) -> Self {
        self.more.get_or_insert_default().behind_text = true;
        self
    }

    /// What may be done after this failure. Whatever breaks off an answer of which a part was told is
    /// [ambiguous](Class::Ambiguous): work was done.
    pub fn class(&self) -> Class {
        let is_behind_text = self.more.as_ref().is_some_and(|more| more.behind_text);
        match self.class_of_kind() {
            Class::NotSent | Class::Rejected if is_behind_text => Class::Ambiguous,
            class => class,
        }
    }

    fn class_of_kind(&self) -> Class {
        match self.kind {
            Failure::Connect => Class::NotSent,
            Failure::RateLimit | Failure::Overloaded | Failure::Unavailable => Class::Rejected,
            Failure::Server if matches!(self.status, Some(408 | 409)) => Class::Rejected,
            Failure::Server | Failure::Interrupted | Failure::Timeout { .. } => Class::Ambiguous,
            Failure::Refusal | Failure::Filtered | Failure::Truncated | Failure::Empty => {
                Class::InvalidReply
            }
            _ => Class::Terminal,
        }
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Failure::Config(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = self.host.as_deref().unwrap_or(&self.provider);
        match &self.kind {
            Failure::Config(error) => return error.fmt(f),
            Failure::Connect => match self.more.as_ref().and_then(|more| more.connect) {
                Some(limit) => write!(
                    f,
                    "could not connect to {who} within {limit:?}; allow more with `.connect_timeout(…)`, or is the address wrong?"
                )?,
                None => write!(
                    f,
                    "could not connect to {who}; is the address right and the server running?"
                )?,
            },
            Failure::Interrupted => write!(
                f,
                "the connection to {who} broke before the answer was complete; try again"
            )?,
            Failure::Timeout { wait, limit } => match wait {
                Wait::Attempt => write!(
                    f,
                    "{who} did not answer within {limit:?}; allow more with `.attempt_timeout(…)`"
                )?,
                Wait::FirstByte => write!(
                    f,
                    "{who} did not begin to answer within {limit:?}; allow more with `.first_byte_timeout(…)`"
                )?,
                Wait::Idle => write!(
                    f,
                    "{who} said nothing for {limit:?} in the middle of its answer; allow more with `.idle_timeout(…)`"
                )?,
            },
            Failure::RateLimit => {
                write!(f, "{who} asks for fewer requests; wait, or lower the load")?
            }
            Failure::Quota => write!(
                f,
                "the account at {who} has no credit left or reached its limit; repeating will not help"
            )?,
            Failure::Overloaded => write!(f, "{who} is over capacity; try again later")?,
            Failure::Unavailable => write!(f, "{who} is not available; try again later")?,
            Failure::Server => write!(f, "{who} failed; try again later")?,
            Failure::Auth => write!(
                f,
                "{who} did not accept the key; check it and what it is allowed to do"
            )?,
            Failure::NotFound => write!(f, "{who} knows no such model or address; check both")?,
            Failure::ContextWindow => write!(
                f,
                "the conversation is longer than the model can read; give the session a window with `session.set_window(…)`, or shorten the input"
            )?,
            Failure::Rejected => write!(
                f,
                "{who} did not accept the request; what it says is in `detail()`"
            )?,
            Failure::SchemaRefused => write!(
                f,
                "{who} does not take the schema of the answer; make the type simpler"
            )?,
            Failure::Redirect => write!(
                f,
                "{who} answered with a redirect, which is not followed because it would send key and prompt elsewhere; set the final address as base URL"
            )?,
            Failure::ReplyTooLarge { limit } => write!(
                f,
                "the reply of {who} is larger than {limit} bytes; ask for less"
            )?,
            Failure::Protocol { what } => write!(
                f,
                "{who} did not answer as a server of this API does ({what}); is the base URL right?"
            )?,
            Failure::Refusal => write!(f, "the model refused to answer; change what it is asked")?,
            Failure::Filtered => write!(
                f,
                "the content filter of {who} removed the answer; change what it is asked"
            )?,
            Failure::Truncated => write!(
                f,
                "the answer was cut at the token limit; raise `max_tokens`"
            )?,
            Failure::Empty => write!(f, "the model answered nothing; try again, or another model")?,
        }
        if let Some(status) = self.status {
            write!(f, " (HTTP {status}")?;
            if let Some(code) = &self.code {
                write!(f, ", {code}")?;
            }
            write!(f, ")")?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, "; it asks to wait {wait:?}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request {id}]")?;
        }
        Ok(())
    }
}

/// What is wrong with how a provider or an [`Llm`](crate::Llm) was set up. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A variable that is needed is not in the environment.
    #[error("{variable} is not set: {remedy}")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What to set it to.
        remedy: String,
    },
    /// A variable holds something that cannot be used.
    #[error("{variable} cannot be used: {problem}")]
    Variable {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it. Never its value, where that is a secret.
        problem: String,
    },
    /// A `provider/model` names nothing that can be asked.
    #[error("no model can be chosen: {problem}")]
    Name {
        /// What is wrong with it, and what to write.
        problem: String,
    },
    /// The base URL cannot be used.
    #[error("the base URL cannot be used: {problem}")]
    BaseUrl {
        /// What is wrong with it.
        problem: String,
    },
    /// The key cannot be sent in a header.
    #[error("the API key cannot be used: {problem}; the key is not shown")]
    Key {
        /// What is wrong with it, without the key.
        problem: &'static str,
    },
    /// A header of the user's own cannot be sent.
    #[error("the header `{name}` cannot be used: {problem}")]
    Header {
        /// The header.
        name: String,
        /// What is wrong with it. Never its value.
        problem: &'static str,
    },
    /// The rate limit lets nothing through.
    #[error("the rate limit cannot be used: {problem}")]
    RateLimit {
        /// What is wrong with it, and what to set.
        problem: &'static str,
    },
    /// No model is named.
    #[error("no model is named; say which one is to answer")]
    Model,
    /// The proxy cannot be used.
    #[error(
        "the proxy cannot be used: its address is none; write it as in `http://proxy.example.com:3128`"
    )]
    Proxy,
    /// A [`Breaker`](crate::policy::Breaker) cannot work as it was set.
    #[error("the breaker cannot work: {problem}")]
    Breaker {
        /// What is wrong with it, and what to set.
        problem: &'static str,
    },
    /// A [`Hedging`](crate::policy::Hedging) cannot work as it was set.
    #[error("the hedging cannot work: {problem}")]
    Hedging {
        /// What is wrong with it, and what to set.
        problem: &'static str,
    },
    /// A [`Scripted`](crate::testing::Scripted) provider was asked more often than it has answers.
    #[error(
        "the script has {answers} answers and was asked once more; give it one for every attempt"
    )]
    ScriptEnded {
        /// How many it had.
        answers: usize,
    },
    /// A [`Fake`](crate::testing::Fake) provider cannot make up an answer of this type.
    #[error(
        "no `{name}` can be made up: {}{problem}; answer it with `zyn::testing::Scripted`",
        .path.as_ref().map(|path| format!("at `{path}`, ")).unwrap_or_default()
    )]
    Unmade {
        /// The type.
        name: Arc<str>,
        /// Where in it, as a JSON pointer into the value, with `*` for every item; `None` for the whole.
        path: Option<Arc<str>>,
        /// What is there.
        problem: String,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built: {problem}")]
    Client {
        /// What is wrong.
        problem: String,
    },
}
