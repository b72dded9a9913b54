//! What became of the recent calls.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const TENTHS: u32 = 10;

/// The outcomes of the last while, in buckets of a tenth of it: so it is small however many calls there are.
///
/// A bucket begins with its first outcome and is forgotten whole when it is as old as the window is long: an outcome is
/// remembered for nine tenths of the window at least and the whole of it at most.
#[derive(Debug)]
pub(super) struct Window(VecDeque<Bucket>);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    begun: Instant,
    counted: Counted,
}

/// How many calls there were, and how many of them failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) calls: u64,
    pub(crate) failures: u64,
}

impl Window {
    pub(super) fn new() -> Self {
        Self(VecDeque::with_capacity(TENTHS as usize + 1))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Notes an outcome and counts those that are remembered, this one included.
    pub(super) fn note(&mut self, failed: bool, within: Duration, now: Instant) -> Counted {
        let age = |bucket: &Bucket| now.saturating_duration_since(bucket.begun);
        while self.0.front().is_some_and(|oldest| age(oldest) >= within) {
            self.0.pop_front();
        }
        let width = (within / TENTHS).max(Duration::from_nanos(1));
        let one = Counted {
            calls: 1,
            failures: u64::from(failed),
        };
        match self.0.back_mut() {
            Some(newest) if age(newest) < width => newest.counted = newest.counted.and(one),
            _ => self.0.push_back(Bucket {
                begun: now,
                counted: one,
            }),
        }
        let none = Counted {
            calls: 0,
            failures: 0,
        };
        let counted = self.0.iter().map(|bucket| bucket.counted);
        counted.fold(none, Counted::and)
    }
}

impl Counted {
    fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            failures: self.failures.saturating_add(other.failures),
        }
    }

    /// Whether at least `part` of the calls failed.
    pub(super) fn failed(self, part: f64) -> bool {
        // divided, not multiplied: so 7 of 100 are 0.07 to the last bit
        self.failures as f64 / self.calls as f64 >= part
    }
}
