//! How many further attempts all calls together may make.

use std::sync::Arc;
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

    /// A fire begins.
    pub(super) fn fire(&self) {
        self.add(FIRE);
    }

    /// Takes a further attempt, if there is one.
    pub(super) fn take(self: &Arc<Self>) -> Option<Token> {
        let less = |left: u64| left.checked_sub(ATTEMPT);
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        let taken = self.left.fetch_update(store, load, less);
        taken.is_ok().then(|| Token(Some(Arc::clone(self))))
    }

    /// Gives back a further attempt.
    pub(super) fn give_back(&self) {
        self.add(ATTEMPT);
    }

    /// How many further attempts there are.
    pub(super) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed) / ATTEMPT
    }

    fn add(&self, amount: u64) {
        let more = |left: u64| Some(left.saturating_add(amount).min(self.most.max(ATTEMPT)));
        let (load, store) = (Ordering::Relaxed, Ordering::Relaxed);
        // it cannot fail: the closure never says no
        let _ = self.left.fetch_update(store, load, more);
    }
}

/// A further attempt that was taken. Dropped before it is made, it goes back.
#[derive(Debug)]
pub(super) struct Token(Option<Arc<Quota>>);

impl Token {
    /// The attempt is made; to give it back is another's business now.
    pub(super) fn spend(mut self) -> Option<Arc<Quota>> {
        self.0.take()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if let Some(quota) = self.0.take() {
            quota.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes as many further attempts as there are.
    fn all(quota: &Arc<Quota>) -> u64 {
        std::iter::from_fn(|| quota.take().map(Token::spend)).count() as u64
    }

    #[test]
    fn fires_that_fail_get_a_fifth_more_attempts_and_the_reserve() {
        let quota = Arc::new(Quota::new(7));
        let further: u64 = (0..1_000)
            .map(|_| {
                quota.fire();
                all(&quota)
            })
            .sum();
        // the first fire finds the reserve full
        assert_eq!(further, 7 + (1_000 - 1) / 5);
    }

    #[test]
    fn without_a_reserve_every_fifth_fire_has_one() {
        let quota = Arc::new(Quota::new(0));
        let further = (0..10).map(|_| {
            quota.fire();
            all(&quota)
        });
        assert_eq!(further.sum::<u64>(), 2);
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_never_more_than_the_reserve() {
        let quota = Arc::new(Quota::new(2));
        assert_eq!(all(&quota), 2);
        quota.give_back();
        assert_eq!(all(&quota), 1);
        (0..100).for_each(|_| quota.give_back());
        assert_eq!(all(&quota), 2);
    }

    #[test]
    fn an_attempt_that_is_not_made_takes_nothing() {
        let quota = Arc::new(Quota::new(1));
        drop(quota.take());
        assert_eq!(quota.left(), 1);
        assert!(quota.take().and_then(Token::spend).is_some());
        assert_eq!(quota.left(), 0);
    }
}
