//! How much may be asked in a minute.

mod bucket;
mod gate;
mod measure;
mod state;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::gate::Admitted;
use self::gate::Gate;
use self::measure::Rules;
use crate::provider::{ConfigError, Remaining};
use crate::refusal::Shed;
use crate::session::Usage;
use crate::telemetry;

/// How much may be asked in a minute: requests, tokens, or both.
///
/// Every attempt asks for its part, a retry and a re-ask too. Where there is not enough, it waits in a line, first come,
/// first served, whatever the ones behind need. Nothing else holds a call up, and a call that is given up while it waits
/// has taken nothing.
///
/// | option | unit | default |
/// |---|---|---|
/// | [`requests`](Self::requests) | attempts per minute | no limit |
/// | [`tokens`](Self::tokens) | tokens per minute, read and written together | no limit |
/// | [`input_tokens`](Self::input_tokens) | tokens read per minute | no limit |
/// | [`output_tokens`](Self::output_tokens) | tokens written per minute | no limit |
/// | [`burst`](Self::burst) | time, in which what comes at once would accrue | 10 s |
/// | [`queue`](Self::queue) | calls that may wait | 1,000 |
///
/// # To share one
///
/// A clone is the same limit. Providers count by key, so give clones of one value to all [`Llm`](crate::Llm)s of a key,
/// and clones of another to those of another key. An option makes a new limit of the value it is called on, with full
/// buckets and an empty line, and leaves the clones alone; so set all options first. Other processes know nothing of it:
/// divide the limit among them.
///
/// # What it promises
///
/// In any 60 seconds, at most the limit and what accrues in the burst is let through. So with 500 requests a minute and
/// a burst of 10 seconds, 83 may come at once, and 583 in the first minute. A call that needs more tokens than the burst holds
/// waits until nothing was taken for that long, and is let through alone: what it needs above the burst comes on top
/// then, once, and the calls behind it wait until that is made up for.
///
/// # What is estimated
///
/// What a call costs is known when it has been answered. Until then it holds an estimate: the tokens of its request, by
/// the length of its texts, and those of its answer, as many as [`max_tokens`](crate::Llm::max_tokens) allows, or none
/// without it. Then what the provider has counted takes the place of the estimate, as if it had been known from the
/// start. If that is more, later calls wait the longer, so the promise holds for tokens as far as the estimates do: set
/// `max_tokens`. A call that the provider turned away has cost no tokens, one that was never sent no request either, and
/// one that was cut off, or whose tokens nobody tells, has cost what was estimated.
///
/// Where a provider says how much is left, and it is less than is thought here, that counts. Where it says how long to
/// wait, all who share the limit do.
///
/// # Examples
///
/// One limit for two models of one key:
///
/// ```
/// use std::time::Duration;
/// use zyn::Llm;
/// use zyn::policy::RateLimit;
/// use zyn::testing::Fake;
///
/// let limit = RateLimit::new()
///     .requests(500)
///     .tokens(200_000)
///     .burst(Duration::from_secs(5))
///     .queue(100);
/// let small = Llm::new(Fake::new()).rate_limit(&limit);
/// let large = Llm::new(Fake::new()).rate_limit(&limit);
/// assert_eq!(limit.waiting(), 0);
/// # let _ = (small, large);
/// ```
#[derive(Clone)]
#[must_use = "a rate limit limits those that have it"]
pub struct RateLimit {
    rules: Rules,
    gate: Arc<Gate>,
}

/// What came of a call, for what it has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charge {
    /// The provider said what it cost.
    Used(Usage),
    /// It was not sent.
    Nothing,
    /// The provider turned it away: it counts as a request, and has cost no tokens.
    TurnedAway,
    /// It was cut off, or nobody tells.
    Unknown,
}

impl RateLimit {
    /// No limit. It still has those who share it wait when the provider asks for it.
    pub fn new() -> Self {
        Self::by(Rules {
            requests: None,
            tokens: None,
            input_tokens: None,
            output_tokens: None,
            burst: Duration::from_secs(10),
            queue: 1_000,
        })
    }

    /// Lets so many attempts through in a minute.
    pub fn requests(self, per_minute: u32) -> Self {
        let requests = Some(per_minute);
        Self::by(Rules {
            requests,
            ..self.rules
        })
    }

    /// Lets so many tokens through in a minute, those of requests and answers together.
    pub fn tokens(self, per_minute: u64) -> Self {
        let tokens = Some(per_minute);
        Self::by(Rules {
            tokens,
            ..self.rules
        })
    }

    /// Lets so many tokens of requests through in a minute, those that the provider reads from its cache included.
    pub fn input_tokens(self, per_minute: u64) -> Self {
        let input_tokens = Some(per_minute);
        Self::by(Rules {
            input_tokens,
            ..self.rules
        })
    }

    /// Lets so many tokens of answers through in a minute, reasoning included.
    pub fn output_tokens(self, per_minute: u64) -> Self {
        let output_tokens = Some(per_minute);
        Self::by(Rules {
            output_tokens,
            ..self.rules
        })
    }

    /// Lets through at once what accrues in so long; at least one request, or one token. After a pause as long as this,
    /// all of it is there again.
    pub fn burst(self, time: Duration) -> Self {
        let burst = time;
        Self::by(Rules {
            burst,
            ..self.rules
        })
    }

    /// Lets so many calls wait. One more is turned away at once with [`Shed::Queue`]; with 0, every call is that would
    /// have to wait.
    pub fn queue(self, most: usize) -> Self {
        let queue = most;
        Self::by(Rules {
            queue,
            ..self.rules
        })
    }

    /// How many calls wait now, of all that share the limit.
    pub fn waiting(&self) -> usize {
        self.gate.waiting()
    }

    fn by(rules: Rules) -> Self {
        let gate = Gate::new(&rules);
        Self { rules, gate }
    }

    /// Refuses what would let nothing through, ever.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |problem| Err(ConfigError::RateLimit { problem });
        if self.rules.limits().any(|(_, limit)| limit == 0) {
            return refuse(
                "a limit of 0 a minute lets nothing through; set 1 at least, or leave the limit out",
            );
        }
        if self.rules.burst.is_zero() {
            return refuse(
                "nothing accrues in a burst of no time; set a millisecond at least, or leave it at 10 seconds",
            );
        }
        Ok(())
    }

    /// Waits until the call may be sent, and takes what it needs. Dropped before, it has taken nothing.
    pub(crate) async fn admit(&self, need: Usage, deadline: Instant) -> Result<Admitted, Shed> {
        let admitted = self.gate.admit(need, deadline).await;
        match &admitted {
            Ok(admitted) if admitted.waited.is_zero() => {}
            Ok(admitted) => telemetry::waited(admitted.waited),
            Err(shed) => telemetry::shed(shed),
        }
        admitted
    }

    /// Lets nothing through before `until`. A pause is never shortened.
    pub(crate) fn pause(&self, until: Instant) {
        self.gate.pause(until);
    }

    /// Corrects what is thought to be left by what the provider says, downwards only: calls may be on their way of which
    /// it does not know yet.
    pub(crate) fn heed(&self, remaining: Remaining) {
        self.gate.heed(remaining);
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules {
            requests,
            tokens,
            input_tokens,
            output_tokens,
            burst,
            queue,
        } = &self.rules;
        f.debug_struct("RateLimit")
            .field("requests", requests)
            .field("tokens", tokens)
            .field("input_tokens", input_tokens)
            .field("output_tokens", output_tokens)
            .field("burst", burst)
            .field("queue", queue)
            .field("waiting", &self.waiting())
            .finish()
    }
}

#[cfg(test)]
mod numbers;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
