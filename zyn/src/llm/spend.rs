//! The ledger: what has been paid, whatever came of it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::provider::{Failure, ProviderError, Response};
use crate::session::Usage;

/// What an [`Llm`](crate::Llm) and its clones have spent. It only grows: a rollback takes nothing back.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Response, Session, Usage};
///
/// let paid = |text| Response::new(text, Usage::new(100, 5));
/// let llm = Llm::new(Scripted::new([paid("three"), paid(r#"{"value":3}"#)]));
/// let mut session = Session::new();
/// zyn::extract::<u8>("The number of parcels").fire(&llm, &mut session, "Three parcels").await?;
///
/// let spend = llm.spend();
/// assert_eq!((spend.attempts, spend.usage), (2, Usage::new(200, 10)));
/// assert_eq!(spend.failed, Usage::new(100, 5)); // "three" is no JSON
/// assert_eq!(session.usage(), Usage::new(100, 5));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spend {
    /// Calls of a provider: failed, invalid and cancelled ones included.
    pub attempts: u64,
    /// The tokens that they cost, where the provider said so.
    pub usage: Usage,
    /// The part of `usage` that went to attempts that came to nothing: invalid, refused, cut and empty answers, and
    /// errors whose provider said what they cost.
    pub failed: Usage,
    /// Attempts that may have been billed and whose cost is not known: cancelled, timed out, or not reported.
    pub unknown: u64,
    /// Attempts that followed on one that may have been done and billed, of this model or of one that it is the fallback
    /// of, or that ran beside one as its hedge: the same work may have been paid twice. With
    /// [`Llm::at_most_once`](crate::Llm::at_most_once) there are none.
    pub repeated: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Spend>);

impl Ledger {
    pub(crate) fn spend(&self) -> Spend {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an attempt, and whether it repeats one that may have been done. What it cost is open until its entry is settled.
    pub(super) fn open(self: &Arc<Self>, repeats: bool) -> Entry {
        self.add(|spend| {
            spend.attempts = spend.attempts.saturating_add(1);
            spend.repeated = spend.repeated.saturating_add(repeats.into());
        });
        Entry {
            ledger: Arc::clone(self),
            cost: Cost::Unknown,
        }
    }

    /// Notes that an attempt which cost `usage`, and was settled, has come to nothing.
    pub(super) fn fail(&self, usage: Usage) {
        self.add(|spend| spend.failed += usage);
    }

    fn add(&self, change: impl FnOnce(&mut Spend)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// An attempt that is being made. Dropped before it is settled, it was cancelled, and its cost is unknown.
#[derive(Debug)]
pub(super) struct Entry {
    ledger: Arc<Ledger>,
    cost: Cost,
}

#[derive(Debug, Clone, Copy)]
enum Cost {
    Unknown,
    Nothing,
    Known(Usage),
    /// Known, and it came to nothing.
    Failed(Usage),
}

impl Entry {
    /// Notes what the attempt cost, and gives it if it is known. Once text was `told`, work was done, whatever came then.
    pub(super) fn settle(
        mut self,
        outcome: Result<&Response, &ProviderError>,
        told: bool,
    ) -> Option<Usage> {
        self.cost = match outcome {
            Ok(Response {
                usage: Some(usage), ..
            }) => Cost::Known(*usage),
            Err(ProviderError {
                usage: Some(usage), ..
            }) => Cost::Failed(*usage),
            Err(error) if !told && was_turned_away(&error.kind) => Cost::Nothing,
            _ => Cost::Unknown,
        };
        match self.cost {
            Cost::Known(usage) | Cost::Failed(usage) => Some(usage),
            Cost::Nothing => Some(Usage::default()),
            Cost::Unknown => None,
        }
    }
}

/// Whether no work was done: the request was not sent, or the provider said no to it.
pub(super) fn was_turned_away(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Config(_)
            | Failure::Connect
            | Failure::RateLimit
            | Failure::Quota
            | Failure::Overloaded
            | Failure::Unavailable
            | Failure::Auth
            | Failure::NotFound
            | Failure::ContextWindow
            | Failure::Rejected
            | Failure::SchemaRefused
            | Failure::Redirect
    )
}

impl Drop for Entry {
    fn drop(&mut self) {
        let cost = self.cost;
        self.ledger.add(|spend| match cost {
            Cost::Known(usage) => spend.usage += usage,
            Cost::Failed(usage) => {
                spend.usage += usage;
                spend.failed += usage;
            }
            Cost::Unknown => spend.unknown = spend.unknown.saturating_add(1),
            Cost::Nothing => {}
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(attempts: u64, usage: Usage, failed: Usage, unknown: u64) -> Spend {
        Spend {
            attempts,
            usage,
            failed,
            unknown,
            repeated: 0,
        }
    }

    #[track_caller]
    fn check(outcome: Result<Response, ProviderError>, usage: Usage, unknown: u64) {
        let ledger = Arc::new(Ledger::default());
        let known = (unknown == 0).then_some(usage);
        assert_eq!(ledger.open(false).settle(outcome.as_ref(), false), known);
        let failed = match outcome {
            Ok(_) => Usage::default(),
            Err(_) => usage,
        };
        let expected = spend(1, usage, failed, unknown);
        assert_eq!(ledger.spend(), expected, "{outcome:?}");
    }

    fn failed(kind: Failure, usage: Option<Usage>) -> Result<Response, ProviderError> {
        let mut error = ProviderError::new("test", kind);
        error.usage = usage;
        Err(error)
    }

    #[test]
    fn what_the_provider_reports_is_what_was_paid() {
        check(
            Ok(Response::new("a", Usage::new(3, 1))),
            Usage::new(3, 1),
            0,
        );
        check(
            failed(Failure::Refusal, Some(Usage::new(3, 1))),
            Usage::new(3, 1),
            0,
        );
    }

    #[test]
    fn what_the_provider_does_not_report_is_unknown_if_anything_was_sent() {
        check(Ok(Response::default()), Usage::default(), 1);
        check(failed(Failure::Server, None), Usage::default(), 1);
        check(failed(Failure::Connect, None), Usage::default(), 0);
    }

    #[test]
    fn what_the_provider_turned_away_costs_nothing() {
        check(failed(Failure::Auth, None), Usage::default(), 0);
        check(failed(Failure::RateLimit, None), Usage::default(), 0);
    }

    #[test]
    fn what_fails_after_it_was_heard_is_not_free() {
        let ledger = Arc::new(Ledger::default());
        let overloaded = failed(Failure::Overloaded, None);
        assert_eq!(ledger.open(false).settle(overloaded.as_ref(), true), None);
        let unknown = spend(1, Usage::default(), Usage::default(), 1);
        assert_eq!(ledger.spend(), unknown);
    }

    #[test]
    fn a_cancelled_attempt_counts_as_unknown() {
        let ledger = Arc::new(Ledger::default());
        drop(ledger.open(false));
        assert_eq!(
            ledger.spend(),
            spend(1, Usage::default(), Usage::default(), 1)
        );
    }
}
