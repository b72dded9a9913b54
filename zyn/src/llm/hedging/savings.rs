//! How many calls may still be asked twice.

use std::sync::atomic::{AtomicU64, Ordering};

/// Whole numbers, so that nothing is lost or won by rounding however many calls there are.
#[derive(Debug)]
pub(super) struct Savings {
    saved: AtomicU64,
    per_call: u64,
}

const ONE: u64 = 1_000_000_000;
/// How many second attempts may be saved.
const MOST: u64 = 10;

impl Savings {
    /// Nothing is saved yet; each call will save `part` of a second attempt.
    pub(super) fn new(part: f64) -> Self {
        // a part that is not in 0..=1 is refused before a call
        let per_call = (part * ONE as f64).round() as u64;
        Self {
            saved: AtomicU64::new(0),
            per_call,
        }
    }

    pub(super) fn save(&self) {
        self.change(|saved| Some(saved.saturating_add(self.per_call).min(MOST * ONE)));
    }

    pub(super) fn take(&self) -> bool {
        self.change(|saved| saved.checked_sub(ONE))
    }

    fn change(&self, to: impl FnMut(u64) -> Option<u64>) -> bool {
        let (store, load) = (Ordering::Relaxed, Ordering::Relaxed);
        self.saved.fetch_update(store, load, to).is_ok()
    }
}
