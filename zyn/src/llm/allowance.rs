//! What one fire may still do, and what it has done.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Llm;
use super::attempt::{Log, Reason};
use super::quota::{Quota, Token};
use super::retry::Past;
use crate::cost::Budget;

/// What one fire may still do, and what it has done. One value goes through all its attempts: retries, re-asks, samples,
/// hedges and fallbacks.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// When the fire must have ended.
    pub(crate) deadline: Instant,
    /// The re-asks that are left.
    pub(crate) reasks: u32,
    shared: Arc<Shared>,
    /// The reserve of the model that is asked.
    quota: Arc<Quota>,
    pub(super) past: Past,
    next: Leave,
}

/// What the parts of one fire share.
#[derive(Debug)]
struct Shared {
    /// The retries that are left.
    retries: AtomicU32,
    /// The reserves from which attempts that were made have taken.
    taken: Mutex<Vec<Arc<Quota>>>,
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

/// Leave to make an attempt. Dropped before it is made, what it took from the reserve goes back.
#[derive(Debug)]
pub(super) struct Leave {
    pub(super) reason: Reason,
    /// Whether it follows on an attempt that may have been done and billed.
    pub(super) repeats: bool,
    token: Option<Token>,
}

impl Leave {
    fn of(reason: Reason) -> Self {
        Self {
            reason,
            repeats: false,
            token: None,
        }
    }
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
        Self {
            deadline,
            reasks: 0,
            shared: Arc::new(Shared {
                retries: AtomicU32::new(retries),
                taken: Mutex::default(),
                budgets: grant.budgets,
                log: grant.log,
            }),
            quota: Arc::clone(quota),
            past: Past::default(),
            next: Leave::of(Reason::First),
        }
    }

    /// With so many re-asks.
    pub(crate) fn reasks(mut self, reasks: u32) -> Self {
        self.reasks = reasks;
        self
    }

    /// Without repeating what may have been done and billed.
    pub(crate) fn at_most_once(mut self, at_most_once: bool) -> Self {
        self.past = Past::new(at_most_once);
        self
    }

    /// An allowance for a sample of several: with the same deadline, the same retries, and a first attempt of its own.
    pub(crate) fn part(&self) -> Self {
        Self {
            past: Past::new(self.past.at_most_once),
            next: Leave::of(self.next.reason),
            ..self.beside()
        }
    }

    /// Takes up what samples have used up: the re-asks of the one that has the fewest left, and the one repeat of what may
    /// have been done.
    pub(crate) fn join<'a>(&mut self, parts: impl Iterator<Item = &'a Self>) {
        for part in parts {
            self.reasks = self.reasks.min(part.reasks);
            self.past.ambiguous |= part.past.ambiguous;
        }
    }

    /// The same allowance for an attempt that runs beside another.
    pub(super) fn beside(&self) -> Self {
        Self {
            deadline: self.deadline,
            reasks: self.reasks,
            shared: Arc::clone(&self.shared),
            quota: Arc::clone(&self.quota),
            past: self.past,
            next: Leave::of(Reason::Hedge),
        }
    }

    pub(crate) fn log(&self) -> &Log {
        &self.shared.log
    }

    /// What may be spent, beside what a model's own budget says.
    pub(crate) fn budgets(&self) -> &[Budget] {
        &self.shared.budgets
    }

    /// The leave for the next attempt. The first of a model needs no other.
    pub(super) fn next(&mut self) -> Leave {
        std::mem::replace(&mut self.next, Leave::of(Reason::Retry))
    }

    /// Takes leave for a further attempt of the same model and says why it is made. If there is none, it must not be made:
    /// too many calls of this model come to nothing.
    pub(crate) fn further(&mut self, reason: Reason) -> bool {
        let token = self.quota.take();
        let is_taken = token.is_some();
        if is_taken {
            self.next = Leave {
                token,
                ..Leave::of(reason)
            };
        }
        is_taken
    }

    /// Notes that the next attempt follows on one that may have been done and billed.
    pub(crate) fn repeats(&mut self) {
        self.next.repeats = true;
    }

    /// The next attempt is one beside the retries.
    pub(crate) fn adapted(&mut self) {
        self.next = Leave::of(Reason::Adapted);
    }

    /// Another model is asked from here on, for the first time.
    pub(crate) fn another(&mut self, llm: &Llm) {
        self.quota = Arc::clone(llm.quota());
        self.past = Past {
            ambiguous: self.past.ambiguous,
            ..Past::new(self.past.at_most_once)
        };
        if llm.limits().at_most_once {
            self.past = Past::new(true);
        }
        self.next = Leave::of(Reason::Fallback);
    }

    /// An attempt is made with this leave.
    pub(super) fn begun(&self, leave: Leave) {
        match leave.token {
            Some(token) => self.taken().extend(token.spend()),
            None if leave.reason != Reason::Adapted => self.quota.fire(),
            None => {}
        }
    }

    /// Whether what may have been done and billed must not be repeated.
    pub(crate) fn is_at_most_once(&self) -> bool {
        self.past.at_most_once
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

    /// The fire has its answer, so what it took from the reserve of the model that gave it was well spent, and goes back.
    /// What was taken from those of models before it led to nothing.
    pub(crate) fn succeeded(&self) {
        let mut taken = self.taken();
        let led = taken
            .drain(..)
            .filter(|quota| Arc::ptr_eq(quota, &self.quota));
        led.for_each(|quota| quota.give_back());
    }

    /// No code of a user's runs under this lock.
    fn taken(&self) -> MutexGuard<'_, Vec<Arc<Quota>>> {
        let taken = self.shared.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner)
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
