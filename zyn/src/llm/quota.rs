//! How many further attempts all calls together may make.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a further attempt takes, and what each fire brings: one further attempt for every five fires.
const ATTEMPT: u64 = 5;
const FIRE: u64 = 1;

/// Keeps a failing server from being asked over and over: of so many fires that all fail, at most a fifth more attempts are
/// made, and the reserve. What succeeds gives back what it took.
#[derive(Debug)]
pub(crate) struct Quota {
    left: AtomicU64,
    most: u64,
}

impl Quota {
    pub(super) fn new(reserve: u32) -> Self {
        let most = u64::from(reserve) * ATTEMPT;
        Self {
            left: AtomicU64::new(most),
            most,
        }
    }

    /// A fire begins, of so many answers.
    pub(super) fn fire(&self, answers: u64) {
        self.add(answers.saturating_mul(FIRE));
    }

    /// Takes so many further attempts, if there are as many.
    pub(super) fn take(&self, attempts: u64) -> bool {
        let less = |left: u64| left.checked_sub(attempts.saturating_mul(ATTEMPT));
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        self.left.fetch_update(store, load, less).is_ok()
    }

    /// Gives back so many further attempts.
    pub(super) fn give_back(&self, attempts: u64) {
        self.add(attempts.saturating_mul(ATTEMPT));
    }

    fn add(&self, amount: u64) {
        let more = |left: u64| Some(left.saturating_add(amount).min(self.most.max(ATTEMPT)));
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        // it cannot fail: the closure never says no
        let _ = self.left.fetch_update(store, load, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes as many further attempts as there are.
    fn all(quota: &Quota) -> u64 {
        std::iter::repeat_with(|| quota.take(1))
            .take_while(|taken| *taken)
            .count() as u64
    }

    #[test]
    fn fires_that_fail_get_a_fifth_more_attempts_and_the_reserve() {
        let quota = Quota::new(7);
        let further: u64 = (0..1_000)
            .map(|_| {
                quota.fire(1);
                all(&quota)
            })
            .sum();
        // the first fire finds the reserve full
        assert_eq!(further, 7 + (1_000 - 1) / 5);
    }

    #[test]
    fn without_a_reserve_every_fifth_fire_has_one() {
        let quota = Quota::new(0);
        let further = (0..10).map(|_| {
            quota.fire(1);
            all(&quota)
        });
        assert_eq!(further.sum::<u64>(), 2);
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_never_more_than_the_reserve() {
        let quota = Quota::new(2);
        assert_eq!(all(&quota), 2);
        quota.give_back(1);
        assert_eq!(all(&quota), 1);
        quota.give_back(100);
        assert_eq!(all(&quota), 2);
    }
}
