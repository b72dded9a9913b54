use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::retry::Past;
use crate::session::Usage;

/// What one fire may still do, and what it has done. One value goes through all its attempts, re-asks included.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// When the fire must have ended.
    pub(crate) deadline: Instant,
    /// The retries that are left, for all that share them.
    retries: Arc<AtomicU32>,
    /// The attempts that were made.
    pub(crate) attempts: u32,
    /// What they cost, the failed ones included, as far as it is known.
    pub(crate) spent: Usage,
    /// How many of them may have been billed without a word on what they cost; one that is in flight is among them.
    pub(crate) uncounted: u32,
    pub(super) past: Past,
}

impl Allowance {
    pub(crate) fn new(limit: Duration, retries: u32) -> Self {
        let retries = Arc::new(AtomicU32::new(retries));
        Self::until(crate::clock::after(limit), retries)
    }

    /// An allowance for a part of the fire, with the same deadline and the same retries. What the part has done is
    /// [counted](Self::count) when it has ended.
    pub(crate) fn part(&self) -> Self {
        Self::until(self.deadline, Arc::clone(&self.retries))
    }

    fn until(deadline: Instant, retries: Arc<AtomicU32>) -> Self {
        Self {
            deadline,
            retries,
            attempts: 0,
            spent: Usage::default(),
            uncounted: 0,
            past: Past::default(),
        }
    }

    /// Takes up what a part has done.
    pub(crate) fn count(&mut self, part: &Self) {
        self.attempts = self.attempts.saturating_add(part.attempts);
        self.spent += part.spent;
        self.uncounted = self.uncounted.saturating_add(part.uncounted);
    }

    pub(super) fn retries(&self) -> u32 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Takes one of the retries, if there is one.
    pub(super) fn take_retry(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        self.retries.fetch_update(store, load, less).is_ok()
    }
}
