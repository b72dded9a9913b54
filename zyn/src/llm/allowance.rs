//! What one fire may still do, and what it has done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Log, Reason};
use super::budget::Budget;
use super::quota::Quota;
use super::retry::Past;

/// What one fire may still do, and what it has done. One value goes through all its attempts: retries, re-asks, samples,
/// hedges and fallbacks.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// When the fire must have ended.
    pub(crate) deadline: Instant,
    /// The re-asks that are left.
    pub(crate) reasks: u32,
    /// How many answers are asked for at once.
    samples: u32,
    shared: Arc<Shared>,
    pub(super) past: Past,
    /// The first attempt of all needs no leave.
    next: Next,
}

/// Why the next attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) reason: Reason,
    /// Whether what it asks for may have been done and billed before.
    pub(super) repeats: bool,
}

impl Next {
    fn new(reason: Reason) -> Self {
        Self {
            reason,
            repeats: false,
        }
    }
}

/// What the parts of one fire share.
#[derive(Debug)]
struct Shared {
    /// The retries that are left.
    retries: AtomicU32,
    /// The further attempts that were taken from the quota.
    taken: AtomicU64,
    quota: Arc<Quota>,
    budgets: Vec<Budget>,
    log: Log,
}

/// What is given to a fire from the outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grant {
    /// What may be spent, beside what the model's own budget says.
    pub(crate) budgets: Vec<Budget>,
    /// Where attempts are noted.
    pub(crate) log: Log,
}

impl Grant {
    /// With the budget of a conversation, if it has one.
    pub(crate) fn of(budget: Option<&Budget>) -> Self {
        Self {
            budgets: budget.into_iter().cloned().collect(),
            ..Self::default()
        }
    }
}

impl Allowance {
    /// For a fire that begins.
    pub(super) fn new(deadline: Instant, retries: u32, quota: &Arc<Quota>, grant: Grant) -> Self {
        quota.fire(1);
        let mut budgets: Vec<Budget> = Vec::with_capacity(grant.budgets.len());
        for budget in grant.budgets {
            if !budgets.iter().any(|it| it.is(&budget)) {
                budgets.push(budget);
            }
        }
        Self {
            deadline,
            reasks: 0,
            samples: 1,
            shared: Arc::new(Shared {
                retries: AtomicU32::new(retries),
                taken: AtomicU64::new(0),
                quota: Arc::clone(quota),
                budgets,
                log: grant.log,
            }),
            past: Past::default(),
            next: Next::new(Reason::First),
        }
    }

    /// With so many re-asks.
    pub(crate) fn reasks(mut self, reasks: u32) -> Self {
        self.reasks = reasks;
        self
    }

    /// For so many answers at once, each with a first attempt of its own.
    pub(crate) fn samples(mut self, samples: u32) -> Self {
        // the first was counted when the fire began
        self.shared.quota.fire(samples.saturating_sub(1).into());
        self.samples = samples;
        self
    }

    /// Without repeating what may have been done and billed.
    pub(crate) fn at_most_once(mut self, at_most_once: bool) -> Self {
        self.past.ambiguous |= at_most_once;
        self.past.at_most_once = at_most_once;
        self
    }

    /// An allowance for a sample of several: with the same deadline, the same retries, and a first attempt of its own.
    pub(crate) fn part(&self) -> Self {
        Self {
            samples: 1,
            past: Past {
                at_most_once: self.past.at_most_once,
                ambiguous: self.past.at_most_once,
                ..Past::default()
            },
            ..self.beside()
        }
    }

    /// The same allowance for an attempt that runs beside another.
    pub(super) fn beside(&self) -> Self {
        Self {
            deadline: self.deadline,
            reasks: self.reasks,
            samples: self.samples,
            shared: Arc::clone(&self.shared),
            past: self.past,
            next: self.next,
        }
    }

    pub(crate) fn log(&self) -> &Log {
        &self.shared.log
    }

    pub(crate) fn budgets(&self) -> &[Budget] {
        &self.shared.budgets
    }

    /// Why the next attempt is made. The one after it has another reason, which is said when it is known.
    pub(super) fn next(&mut self) -> Next {
        std::mem::replace(&mut self.next, Next::new(Reason::Retry))
    }

    /// The attempt that was to be made so was not: what is known of it is so of the one that follows.
    pub(super) fn not_made(&mut self, next: Next) {
        self.next = next;
    }

    /// The attempt that follows is one more of what may have been done and billed.
    pub(crate) fn repeats(&mut self) {
        self.next.repeats = true;
    }

    /// Takes leave for a further attempt, or for one of each sample, and says why it is made. If there is none, it must not
    /// be made: too many calls of this model come to nothing.
    pub(crate) fn further(&mut self, reason: Reason) -> bool {
        // what was never asked is the first attempt yet
        if self.shared.log.len() == 0 {
            self.next.reason = reason;
            return true;
        }
        let attempts = self.samples.into();
        let taken = self.shared.quota.take(attempts);
        if taken {
            self.shared.taken.fetch_add(attempts, Ordering::Relaxed);
            self.next.reason = reason;
        }
        taken
    }

    /// Whether what may have been done and billed must not be repeated.
    pub(crate) fn is_at_most_once(&self) -> bool {
        self.past.at_most_once
    }

    /// Another model is asked from here on.
    pub(crate) fn another_model(&mut self) {
        self.past = Past {
            ambiguous: self.past.ambiguous,
            at_most_once: self.past.at_most_once,
            ..Past::default()
        };
    }

    /// The attempt that follows is one beside the retries.
    pub(crate) fn adapted(&mut self) {
        self.next.reason = Reason::Adapted;
    }

    pub(super) fn retries(&self) -> u32 {
        self.shared.retries.load(Ordering::Relaxed)
    }

    /// Takes one of the retries, if there is one.
    pub(super) fn take_retry(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        let retries = &self.shared.retries;
        retries.fetch_update(store, load, less).is_ok()
    }

    /// The fire has its answer: what it took from the quota was well spent.
    pub(crate) fn succeeded(&self) {
        let taken = self.shared.taken.swap(0, Ordering::Relaxed);
        self.shared.quota.give_back(taken);
    }

    /// How long there is until the deadline.
    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(crate::clock::now())
    }
}

#[cfg(test)]
impl Allowance {
    /// For a fire of its own, which nothing else limits.
    pub(crate) fn of(limit: Duration, retries: u32) -> Self {
        let quota = Arc::new(Quota::new(1_000));
        Self::new(
            crate::clock::after(limit),
            retries,
            &quota,
            Grant::default(),
        )
    }

    pub(crate) fn attempts(&self) -> u32 {
        super::attempt::count(&self.log().so_far())
    }

    pub(crate) fn spent(&self) -> crate::session::Usage {
        super::attempt::spent(&self.log().so_far())
    }
}
