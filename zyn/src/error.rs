//! The one tree of errors.

use std::fmt;
use std::time::Duration;

use crate::provider::{Class, ConfigError, Failure, ProviderError};
use crate::reply::Violation;
use crate::schema::SchemaError;
use crate::session::{SessionError, Usage};

/// Why something failed: what, at which step, and what it cost.
///
/// Whatever the error, the session is as it was before the call. Match on [`kind`](Self::kind), or ask:
/// [`is_retryable`](Self::is_retryable), [`retry_after`](Self::retry_after), [`attempts`](Self::attempts),
/// [`usage`](Self::usage). `Display` and `Debug` show no key and no prompt.
pub struct Error(Box<Repr>);

#[derive(Debug)]
struct Repr {
    kind: ErrorKind,
    step: Option<String>,
    attempts: u32,
    usage: Usage,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The set-up cannot work; nothing was sent.
    #[error(transparent)]
    Config(ConfigError),
    /// The input is empty or blank; nothing was sent.
    #[error("the input is empty; give the text to work on")]
    EmptyInput,
    /// The input is over the limit; nothing was sent.
    #[error(
        "the input has {bytes} bytes and the limit is {limit}; shorten it, or raise the limit with `Llm::max_input`"
    )]
    InputTooLarge {
        /// The size of the input.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The instruction is empty or blank; nothing was sent.
    #[error("the instruction is empty; say what to do with the input")]
    EmptyInstruction,
    /// A step without input on a session without messages; nothing was sent.
    #[error(
        "there is nothing to read: the step has no input and the session has no messages; give it an input"
    )]
    EmptyConversation,
    /// The type has no schema that this provider takes; nothing was sent.
    #[error(transparent)]
    Schema(SchemaError),
    /// The provider gave no answer.
    #[error(transparent)]
    Provider(ProviderError),
    /// No candidate in the reply is JSON of the right kind.
    #[error(
        "the model did not answer with JSON: {reason}; ask a model that takes schemas, or allow more with `.reask(…)`"
    )]
    Malformed {
        /// What is wrong with the last answer.
        reason: String,
        /// The last answer, cut to 2 KiB. Not shown by `Display`.
        reply: Excerpt,
    },
    /// The answer breaks the schema or a validator.
    #[error("the model gave no valid answer: {}; say more clearly what is wanted, or allow more with `.reask(…)`", Listed(.violations))]
    Invalid {
        /// What is wrong with the last answer.
        violations: Vec<Violation>,
        /// The last answer, cut to 2 KiB. Not shown by `Display`.
        reply: Excerpt,
    },
    /// The whole call took longer than it was given.
    #[error("no accepted answer within {limit:?}; allow more with `.timeout(…)`")]
    Deadline {
        /// The limit.
        limit: Duration,
    },
    /// An edit of the session was refused.
    #[error(transparent)]
    Session(SessionError),
    /// An [`Engine`](crate::Engine) could not run a step or gave a record that does not fit it.
    #[error("the engine could not run the step: {problem}")]
    Engine {
        /// What went wrong.
        problem: String,
    },
}

/// A piece of a model's answer. Neither `Debug` nor `Display` shows it; ask for [`text`](Self::text).
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    pub(crate) fn new(text: &str) -> Self {
        const LIMIT: usize = 2048;
        let cut = (0..=LIMIT.min(text.len()))
            .rev()
            .find(|&at| text.is_char_boundary(at));
        Self(
            cut.and_then(|cut| text.get(..cut))
                .unwrap_or_default()
                .to_owned(),
        )
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

struct Listed<'a>(&'a [Violation]);

impl fmt::Display for Listed<'_> {
    /// What was expected and where, without what came: an answer may quote its prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{}", violation.expectation())?;
        }
        Ok(())
    }
}

impl Error {
    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The id of the step that failed, if it was one of a workflow.
    pub fn step(&self) -> Option<&str> {
        self.0.step.as_deref()
    }

    /// How many attempts were made before this error.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The tokens that they cost, as far as the provider said so.
    pub fn usage(&self) -> Usage {
        self.0.usage
    }

    /// Whether the same call can succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Provider(error) => error.class() != Class::Terminal,
            ErrorKind::Deadline { .. } => true,
            _ => false,
        }
    }

    /// How long the provider asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.provider().and_then(|error| error.retry_after)
    }

    /// The provider's part of it, if a provider failed.
    pub fn provider(&self) -> Option<&ProviderError> {
        match self.kind() {
            ErrorKind::Provider(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn spent(mut self, attempts: u32, usage: Usage) -> Self {
        self.0.attempts = attempts;
        self.0.usage = usage;
        self
    }

    pub(crate) fn at_step(mut self, id: &str) -> Self {
        self.0.step.get_or_insert_with(|| id.to_owned());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(step) = &self.0.step {
            write!(f, "step `{step}`: ")?;
        }
        self.0.kind.fmt(f)?;
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

/// Reads like `Display`, so that `fn main() -> Result<(), zyn::Error>` ends in words; `{:#?}` shows the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        let Repr {
            kind,
            step,
            attempts,
            usage,
        } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("step", step)
            .field("attempts", attempts)
            .field("usage", usage)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            // the kinds read as their errors do, so what is behind them is the source
            ErrorKind::Config(error) => error.source(),
            ErrorKind::Schema(error) => error.source(),
            ErrorKind::Provider(error) => error.source(),
            ErrorKind::Session(error) => error.source(),
            _ => None,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(Repr {
            kind,
            step: None,
            attempts: 0,
            usage: Usage::default(),
        }))
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        ErrorKind::Config(error).into()
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        match error.kind {
            Failure::Config(error) => ErrorKind::Config(error).into(),
            _ => ErrorKind::Provider(error).into(),
        }
    }
}

impl From<SchemaError> for Error {
    fn from(error: SchemaError) -> Self {
        ErrorKind::Schema(error).into()
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        ErrorKind::Session(error).into()
    }
}
