//! The attempts of a fire, one by one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::clock;
use crate::session::{Bill, Usage};

/// One attempt of a call: who was asked, why, and what came of it.
///
/// [`Answer::log`](crate::Answer::log), [`StepReport::log`](crate::StepReport::log) and
/// [`Error::log`](crate::Error::log) have those of a call in the order in which they began.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::policy::{Outcome, Reason};
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session};
///
/// let llm = Llm::new(Scripted::new(["three", r#"{"value":3}"#]));
/// let count = zyn::extract::<u8>("The number of parcels");
/// let answer = count.fire_detailed(&llm, &mut Session::new(), "Three parcels").await?;
///
/// let [first, second] = &answer.log[..] else { panic!() };
/// assert_eq!((first.reason, &first.outcome), (Reason::First, &Outcome::NotAccepted));
/// assert_eq!((second.reason, &second.outcome), (Reason::Reask, &Outcome::Answered));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// The model that was asked, by the name that its provider was set up with.
    pub model: Arc<str>,
    /// Why it was made.
    pub reason: Reason,
    /// How long the call waited for it: the pause after a failure, and for the rate limit.
    pub waited: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// What it came to.
    pub outcome: Outcome,
    /// What it cost, nothing if it was turned away; `None` if it may have been billed and nobody knows.
    pub usage: Option<Usage>,
}

/// Why an [`Attempt`] was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// It is the first.
    First,
    /// The one before failed, and this can succeed.
    Retry,
    /// The server refused a part of the request, which is now left out or said otherwise.
    Adapted,
    /// The answer before was not valid.
    Reask,
    /// Another model failed.
    Fallback,
    /// Another one took long.
    Hedge,
}

/// What an [`Attempt`] came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It gave an answer.
    Answered,
    /// It gave an answer that was not accepted: invalid, not sure enough, or later than that of another attempt.
    NotAccepted,
    /// It failed, as traces call it: `rate_limit`, `server`, `truncated`.
    Failed(String),
    /// It was cut off: by the deadline, by a hedge that was faster, or since the caller had gone.
    CutOff,
}

/// The attempts of one fire, for all who make them and for who watches. A clone is the same log.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Attempt>>>);

impl Reason {
    /// What traces call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Retry => "retry",
            Self::Adapted => "adapted",
            Self::Reask => "reask",
            Self::Fallback => "fallback",
            Self::Hedge => "hedge",
        }
    }
}

impl Log {
    /// Notes that an attempt begins: until its end is noted, it was cut off. How long it took is noted when what this gives
    /// is dropped.
    pub(super) fn begin(&self, model: &Arc<str>, reason: Reason, waited: Duration) -> Underway {
        let mut attempts = self.attempts();
        attempts.push(Attempt {
            model: Arc::clone(model),
            reason,
            waited,
            elapsed: Duration::ZERO,
            outcome: Outcome::CutOff,
            usage: None,
        });
        Underway {
            log: self.clone(),
            place: attempts.len() - 1,
            start: clock::now(),
        }
    }

    /// Changes what is known of the attempt at `place`.
    pub(super) fn note(&self, place: usize, change: impl FnOnce(&mut Attempt)) {
        if let Some(attempt) = self.attempts().get_mut(place) {
            change(attempt);
        }
    }

    /// Notes that the answer of the attempt at `place` was not accepted.
    pub(super) fn reject(&self, place: usize) {
        self.note(place, |attempt| attempt.outcome = Outcome::NotAccepted);
    }

    /// The attempts so far.
    pub(crate) fn so_far(&self) -> Vec<Attempt> {
        self.attempts().clone()
    }

    /// How many attempts were made.
    pub(crate) fn len(&self) -> usize {
        self.attempts().len()
    }

    /// No code of a user's runs under this lock.
    fn attempts(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that is being made.
pub(super) struct Underway {
    log: Log,
    pub(super) place: usize,
    start: Instant,
}

impl Drop for Underway {
    fn drop(&mut self) {
        let elapsed = clock::now().saturating_duration_since(self.start);
        self.log
            .note(self.place, |attempt| attempt.elapsed = elapsed);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&*self.attempts()).finish()
    }
}

/// How many attempts these are.
pub(crate) fn count(log: &[Attempt]) -> u32 {
    u32::try_from(log.len()).unwrap_or(u32::MAX)
}

/// What they cost, as far as it is known.
pub(crate) fn spent(log: &[Attempt]) -> Usage {
    log.iter().filter_map(|attempt| attempt.usage).sum()
}

/// How many of them may have been billed without a word on what they cost.
pub(crate) fn uncounted(log: &[Attempt]) -> u32 {
    let uncounted = log.iter().filter(|attempt| attempt.usage.is_none());
    u32::try_from(uncounted.count()).unwrap_or(u32::MAX)
}

/// Adds what they cost to a bill, model by model.
pub(crate) fn charge(log: &[Attempt], bill: &mut Bill) {
    for attempt in log {
        bill.add_answer(Some(&attempt.model), attempt.usage);
    }
}
