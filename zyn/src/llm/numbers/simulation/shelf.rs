//! The caches of a world, and what must be in them.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::policy::seconds;
use crate::policy::Cache;

/// A cache, and what is known of those who share it.
pub(super) struct Shelf {
    pub(super) cache: Cache,
    pub(super) max_age: Option<Duration>,
    /// Whether it has room for all that is answered in a world.
    is_large: bool,
    /// When an answer was last put in, by what was asked.
    kept: HashMap<String, Instant>,
    /// Who is asking a server now, and how often at once.
    asking: HashMap<String, (usize, u32)>,
}

impl Shelf {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let entries = [0, 2, 1_000, 1_000][rng.usize(..4)];
        let max_age = (rng.u8(..3) == 0).then(|| seconds(rng, 1, 40));
        let cache = Cache::memory(entries);
        Self {
            cache: match max_age {
                Some(age) => cache.max_age(age),
                None => cache,
            },
            max_age,
            is_large: entries == 1_000,
            kept: HashMap::new(),
            asking: HashMap::new(),
        }
    }

    /// Since when there must be an answer to what is asked.
    pub(super) fn has(&self, asked: &str) -> Option<Instant> {
        self.kept.get(asked).copied().filter(|_| self.is_large)
    }

    /// Whether an answer of that time may be given at this.
    pub(super) fn is_young(&self, since: Instant, now: Instant) -> bool {
        self.max_age.is_none_or(|most| now - since < most)
    }

    pub(super) fn keeps(&mut self, asked: String, now: Instant) {
        self.kept.insert(asked, now);
    }

    /// An operation asks a server. Whether another one is asking the same at this moment.
    pub(super) fn begin(&mut self, asked: &str, operation: usize) -> bool {
        let known = self.asking.entry(asked.to_owned());
        let (leader, attempts) = known.or_insert((operation, 0));
        *attempts += 1;
        *leader != operation
    }

    pub(super) fn end(&mut self, asked: &str) {
        let Some((_, attempts)) = self.asking.get_mut(asked) else {
            return;
        };
        *attempts -= 1;
        if *attempts == 0 {
            self.asking.remove(asked);
        }
    }
}
