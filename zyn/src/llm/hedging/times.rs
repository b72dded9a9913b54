//! How long the recent calls took.

use std::time::Duration;

const KEPT: usize = 100;
const ENOUGH: usize = 20;

/// The times of the last calls, in a ring.
#[derive(Debug)]
pub(super) struct Times {
    kept: [Duration; KEPT],
    known: usize,
    next: usize,
}

impl Times {
    pub(super) fn new() -> Self {
        Self {
            kept: [Duration::ZERO; KEPT],
            known: 0,
            next: 0,
        }
    }

    pub(super) fn note(&mut self, time: Duration) {
        if let Some(oldest) = self.kept.get_mut(self.next) {
            *oldest = time;
        }
        self.next = (self.next + 1) % KEPT;
        self.known = (self.known + 1).min(KEPT);
    }

    /// The least time within which 95 % of them gave an answer; `None` while there are too few.
    pub(super) fn p95(&self) -> Option<Duration> {
        if self.known < ENOUGH {
            return None;
        }
        let mut sorted = self.kept;
        let sorted = sorted.get_mut(..self.known)?;
        let rank = (self.known * 95).div_ceil(100);
        let (_, &mut time, _) = sorted.select_nth_unstable(rank.checked_sub(1)?);
        Some(time)
    }
}
