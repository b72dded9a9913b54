//! The one tree of errors: a list, and long because each kind says what it is and what to do.

mod shown;

use std::fmt;
use std::time::Duration;

pub use shown::Excerpt;
pub(crate) use shown::{Length, Listed, TypeOf};

use crate::llm::attempt::{self, Attempt};
use crate::provider::{Class, ConfigError, Failure, ProviderError};
use crate::refusal::{BudgetProblem, ExampleProblem, OptionProblem, Shed, Unmeasured};
use crate::reply::Violation;
use crate::schema::SchemaError;
use crate::session::store::{RebaseError, StoreError};
use crate::session::{Branch, Conflict, MediaError, MediaKind, SessionError, Usage, Windowed};
use crate::synapse::LabelsError;

/// Why something failed: what, at which step, and what it cost.
///
/// Whatever the error, the session is as it was before the call. Match on [`kind`](Self::kind), or ask:
/// [`is_retryable`](Self::is_retryable), [`retry_after`](Self::retry_after), [`attempts`](Self::attempts),
/// [`usage`](Self::usage). `Display` and `Debug` show no key and no prompt.
#[derive(Clone)]
pub struct Error(Box<Repr>);

#[derive(Debug, Clone)]
struct Repr {
    kind: ErrorKind,
    step: Option<String>,
    log: Vec<Attempt>,
    window: Option<Windowed>,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The set-up cannot work; nothing was sent.
    #[error(transparent)]
    Config(ConfigError),
    /// The input is empty or blank; nothing was sent.
    #[error("the input is empty; give the text to work on, or at least one item")]
    EmptyInput,
    /// A note of a workflow is empty or blank.
    #[error("the note of `{role}(…)` is empty; say something, or leave it out with an `if`")]
    EmptyNote {
        /// Who was to say it: `system`, `user`, `assistant`.
        role: &'static str,
    },
    /// The input cannot be written as JSON; nothing was sent.
    #[error("the input, a `{type_name}`, cannot be written as JSON; look at its `Serialize`")]
    InputNotJson {
        /// The input's type.
        type_name: &'static str,
        /// What its `Serialize` said. Not shown by `Display` or `Debug`: it may quote the input.
        problem: Excerpt,
    },
    /// The value of a hole in a prompt or a note cannot be written as JSON; nothing was sent.
    #[error("the value of `{hole}` cannot be written as JSON; look at its `Serialize`")]
    HoleNotJson {
        /// The hole, as it is written: `{customer}`.
        hole: String,
        /// What its `Serialize` said. Not shown by `Display` or `Debug`: it may quote the value.
        problem: Excerpt,
    },
    /// An item of a list is empty or blank; nothing was sent.
    #[error("item {number} is empty; leave it out, or give it a text")]
    EmptyItem {
        /// Which one, counted from 1.
        number: usize,
    },
    /// The input is over the limit; nothing was sent.
    #[error(
        "the data to send (the input with its context, examples and holes) has {bytes} bytes and the limit is {limit}; shorten it, or raise the limit with `Llm::max_input`"
    )]
    InputTooLarge {
        /// The size of all data of the step: the input or its items, context, examples and holes, and the images and PDFs
        /// among them. The conversation is not counted.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The bytes or the address are no image or PDF.
    #[error(transparent)]
    Media(MediaError),
    /// The model takes no image, or no PDF, and there is one in what it would be sent; nothing was sent.
    #[error(
        "the model `{model}` does not take {kind}{}, and {}",
        if *.by_address { " by its address" } else { "" },
        remedy(*.by_address, *.place)
    )]
    MediaNotTaken {
        /// What it does not take.
        kind: MediaKind,
        /// Whether there is only its address, and its bytes may be taken.
        by_address: bool,
        /// The model that was to be asked.
        model: String,
        /// The place in the conversation of the message that has it, of those that would be sent; `None` for the message of
        /// this turn.
        place: Option<usize>,
    },
    /// A note of a workflow has an image or a PDF in it.
    #[error(
        "the note of `{role}(…)` has {kind} in it, and a note is text; make it the input of a step, whose turn stays in the conversation"
    )]
    MediaInNote {
        /// Who was to say it: `system`, `user`, `assistant`.
        role: &'static str,
        /// What is in it.
        kind: MediaKind,
    },
    /// The instruction is empty or blank; nothing was sent.
    #[error("the instruction is empty; say what to do with the input")]
    EmptyInstruction,
    /// An option has a value that no answer can meet; nothing was sent.
    #[error("`.{option}(…)` {problem}; change it or leave it out")]
    BadOption {
        /// The option.
        option: &'static str,
        /// What is wrong with what it was given.
        problem: OptionProblem,
    },
    /// An option is another verb's; nothing was sent.
    #[error("`.{option}(…)` is an option of `{of}` and this is `{verb}`; leave it out")]
    Misplaced {
        /// The option.
        option: &'static str,
        /// The verb that has it.
        of: &'static str,
        /// The verb that was given it.
        verb: &'static str,
    },
    /// The labels to choose among are not a choice; nothing was sent.
    #[error(transparent)]
    Labels(LabelsError),
    /// An example cannot be shown; nothing was sent.
    #[error("example {number} cannot be shown: {problem}")]
    Example {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: ExampleProblem,
    },
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
    /// The answer is valid, and its confidence is less than it was to be; it is dropped.
    #[error(
        "the confidence in the answer is {reported}, and at least {threshold} was asked for; ask a person or another model, or lower `.confidence(…)`"
    )]
    LowConfidence {
        /// The least that was asked for.
        threshold: f64,
        /// What the model said; or what was measured, or the part of the samples that agreed, where that was asked for.
        reported: f64,
        /// The answer, cut to 2 KiB. Not shown by `Display` or `Debug`.
        reply: Excerpt,
    },
    /// The answer's confidence was to be measured and compared, and there is nothing to compare; an answer that was given
    /// is dropped.
    #[error(
        "`.confidence({threshold})` was to be compared with what is measured, and {problem}; take `.agreement(…)`, ask another model, or leave out `.measured()` and let the model say how sure it is"
    )]
    NotMeasured {
        /// The least that was asked for.
        threshold: f64,
        /// Why nothing was measured.
        problem: Unmeasured,
    },
    /// The model's circuit is open: too many calls have failed there, so it is not asked for now; nothing was sent.
    #[error(
        "the model `{model}` has failed too often and is not asked for another {retry_in:?}; try again then, or give the `Llm` a fallback"
    )]
    CircuitOpen {
        /// The model that was to be asked.
        model: String,
        /// How long until it is tried again.
        retry_in: Duration,
    },
    /// The rate limit does not let the call through in time; nothing was sent.
    #[error(transparent)]
    Shed(Shed),
    /// The whole call took longer than it was given.
    #[error("no accepted answer within {limit:?}; allow more with `.timeout(…)`")]
    Deadline {
        /// The limit.
        limit: Duration,
    },
    /// A call would cost more than a budget has left, or nobody knows what it costs; it was not made.
    #[error(transparent)]
    Budget(BudgetProblem),
    /// A `compact` runs beside other steps, which read what it would sum up; nothing was sent.
    #[error(
        "`compact` cannot run inside a `join`, whose other steps read what it would sum up; put it before or behind the `join`"
    )]
    CompactBeside,
    /// What falls out of the session's context window could not be summed up. Attempts and usage are in the error inside.
    #[error(
        "the summary of what falls out of the context window failed, and nothing was changed: {0}"
    )]
    Summary(Error),
    /// An edit of the session was refused.
    #[error(transparent)]
    Session(SessionError),
    /// Another commit came first.
    #[error(transparent)]
    Conflict(Conflict),
    /// A [transaction](crate::SharedSession::transaction) ended well, and a branch was committed while it ran.
    #[error("{conflict}; the error holds what the transaction was to commit")]
    Overtaken {
        /// What the commit found.
        conflict: Conflict,
        /// What the transaction was to commit, the answers that were paid for among it.
        branch: Box<Branch>,
    },
    /// The code in a transaction of a [`SharedSession`](crate::SharedSession) asked for another one on it.
    #[error(
        "a transaction of this conversation was asked for inside another one, for which it would wait for ever; use the session that the outer one was given; nothing was changed"
    )]
    Reentrant,
    /// A session could not be loaded or committed.
    #[error(transparent)]
    Store(StoreError),
    /// An [`Engine`](crate::Engine) could not run a step or gave a record that does not fit it.
    #[error("the engine could not run the step: {problem}")]
    Engine {
        /// What went wrong.
        problem: String,
    },
}

/// What to do where the message at `place`, or the one to send, has what the model does not take.
fn remedy(by_address: bool, place: Option<usize>) -> String {
    let another = "ask a model that does, with `.using(…)`";
    match place {
        None if by_address => format!("the message to send has one; {another}, or give its bytes"),
        None => format!("the message to send has one; {another}, or give its text"),
        Some(place) => format!(
            "message {place} of the conversation that would be sent has one; {another}, or take the message out"
        ),
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
        attempt::count(&self.0.log)
    }

    /// Each of them, in the order in which they began.
    pub fn log(&self) -> &[Attempt] {
        &self.0.log
    }

    /// The tokens that they cost, as far as the provider said so. They came to nothing and are in no session; what
    /// other places call `spent`.
    pub fn usage(&self) -> Usage {
        attempt::spent(&self.0.log)
    }

    /// What may be done about it: whether the same call, or one of another model, can succeed.
    ///
    /// Of what a provider did, what [`ProviderError::class`] says. An answer that was not accepted is
    /// [`InvalidReply`](Class::InvalidReply), a passed deadline [`Ambiguous`](Class::Ambiguous), a model that was spared
    /// [`NotSent`](Class::NotSent). What is left (set-up, input, options, budgets) is [`Terminal`](Class::Terminal).
    pub fn class(&self) -> Class {
        match self.kind() {
            ErrorKind::Provider(error) => error.class(),
            ErrorKind::Malformed { .. }
            | ErrorKind::Invalid { .. }
            | ErrorKind::LowConfidence { .. } => Class::InvalidReply,
            ErrorKind::CircuitOpen { .. } | ErrorKind::Shed(_) => Class::NotSent,
            ErrorKind::Deadline { .. } => Class::Ambiguous,
            ErrorKind::Summary(error) => error.class(),
            _ => Class::Terminal,
        }
    }

    /// Whether the same call can succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::Conflict(_) | ErrorKind::Overtaken { .. } => true,
            ErrorKind::Store(error) => error.is_retryable(),
            _ => !matches!(self.class(), Class::Terminal | Class::InvalidReply),
        }
    }

    /// How long to wait before the same call: what the provider asked for, or how long a model is spared.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            ErrorKind::CircuitOpen { retry_in, .. } => Some(*retry_in),
            ErrorKind::Shed(Shed::Deadline { wait, .. }) => Some(*wait),
            _ => self.provider().and_then(|error| error.retry_after),
        }
    }

    /// The provider's part of it, if a provider failed.
    pub fn provider(&self) -> Option<&ProviderError> {
        match self.kind() {
            ErrorKind::Provider(error) => Some(error),
            ErrorKind::Summary(error) => error.provider(),
            _ => None,
        }
    }

    /// With the attempts that were made.
    pub(crate) fn logged(mut self, log: Vec<Attempt>) -> Self {
        self.0.log = log;
        self
    }

    /// The same for another call, which has paid nothing for it.
    pub(crate) fn unpaid(mut self) -> Self {
        if let ErrorKind::Provider(error) = &mut self.0.kind {
            error.usage = None;
        }
        self.logged(Vec::new())
    }

    /// What the session's [`Window`](crate::Window) had done, and paid, before the request that failed.
    pub fn window(&self) -> Option<&Windowed> {
        self.0.window.as_ref()
    }

    pub(crate) fn after(mut self, window: Windowed) -> Self {
        self.0.window = Some(window);
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
        if self.attempts() > 1 {
            write!(f, " (after {} attempts)", self.attempts())?;
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
            log,
            window,
        } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("step", step)
            .field("log", log)
            .field("window", window)
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
            ErrorKind::Summary(error) => error.source(),
            ErrorKind::Conflict(conflict) => conflict.source(),
            ErrorKind::Labels(error) => error.source(),
            ErrorKind::Shed(error) => error.source(),
            ErrorKind::Media(error) => error.source(),
            ErrorKind::Store(error) => error.source(),
            _ => None,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(Repr {
            kind,
            step: None,
            log: Vec::new(),
            window: None,
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

impl From<MediaError> for Error {
    fn from(error: MediaError) -> Self {
        ErrorKind::Media(error).into()
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        ErrorKind::Conflict(conflict).into()
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        ErrorKind::Session(error).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(conflict) => ErrorKind::Conflict(conflict).into(),
            error => ErrorKind::Store(error).into(),
        }
    }
}

impl From<RebaseError> for Error {
    fn from(error: RebaseError) -> Self {
        StoreError::Rebase(error).into()
    }
}
