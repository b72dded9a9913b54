//! Answers that are kept as long as the process lives: so many, and of more the least recently used goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::key::Key;
use crate::clock;

pub(super) struct Memory {
    pub(super) entries: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: BTreeMap<Key, Answer>,
    /// Which of them were used, the least recently used one first.
    uses: BTreeMap<u64, Key>,
    /// The number of the last use.
    last: u64,
}

struct Answer {
    text: Arc<str>,
    since: Instant,
    used: u64,
}

impl Memory {
    pub(super) fn new(entries: usize) -> Self {
        Self {
            entries,
            kept: Mutex::default(),
        }
    }

    pub(super) fn find(&self, key: Key, max_age: Option<Duration>) -> Option<Arc<str>> {
        let mut kept = self.kept();
        let answer = kept.answers.get(&key)?;
        let age = clock::now().saturating_duration_since(answer.since);
        if max_age.is_some_and(|most| age >= most) {
            kept.remove(key);
            return None;
        }
        kept.touch(key)
    }

    pub(super) fn keep(&self, key: Key, text: Arc<str>) {
        let mut kept = self.kept();
        kept.remove(key);
        let used = kept.next();
        let since = clock::now();
        kept.answers.insert(key, Answer { text, since, used });
        kept.uses.insert(used, key);
        while kept.answers.len() > self.entries {
            let Some((_, oldest)) = kept.uses.pop_first() else {
                return;
            };
            kept.answers.remove(&oldest);
        }
    }

    pub(super) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Makes it the one that was used last.
    fn touch(&mut self, key: Key) -> Option<Arc<str>> {
        let used = self.next();
        let answer = self.answers.get_mut(&key)?;
        self.uses.remove(&answer.used);
        answer.used = used;
        self.uses.insert(used, key);
        Some(Arc::clone(&answer.text))
    }

    fn remove(&mut self, key: Key) {
        if let Some(answer) = self.answers.remove(&key) {
            self.uses.remove(&answer.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::key::Keyed;
    use super::*;

    fn key(number: u64) -> Key {
        let mut key = Keyed::new();
        key.number(number);
        key.key()
    }

    impl Memory {
        fn has(&self, number: u64) -> bool {
            self.find(key(number), None).is_some()
        }

        fn add(&self, number: u64) {
            self.keep(key(number), number.to_string().into());
        }
    }

    #[tokio::test]
    async fn the_least_recently_used_one_goes() {
        let memory = Memory::new(2);
        memory.add(1);
        memory.add(2);
        assert!(memory.has(1));
        memory.add(3);
        assert!(memory.has(1) && !memory.has(2) && memory.has(3));
        memory.add(1);
        memory.add(4);
        assert!(memory.has(1) && !memory.has(3) && memory.has(4));
    }

    #[tokio::test]
    async fn a_memory_of_nothing_keeps_nothing() {
        let memory = Memory::new(0);
        memory.add(1);
        assert!(!memory.has(1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_kept_until_it_is_as_old_as_it_may_be() {
        const AGE: Duration = Duration::from_secs(60);
        const MOMENT: Duration = Duration::from_millis(1);
        let memory = Memory::new(2);
        memory.add(1);
        let find = || memory.find(key(1), Some(AGE));
        tokio::time::advance(AGE - MOMENT).await;
        assert_eq!(find().as_deref(), Some("1"));
        // to be found makes it no younger
        tokio::time::advance(MOMENT).await;
        assert_eq!(find(), None);
        memory.add(1);
        assert_eq!(find().as_deref(), Some("1"));
    }

    proptest! {
        /// Against a plain list, the one used last at its end.
        #[test]
        fn it_has_what_a_plain_list_has(entries in 0_usize..4, ops in vec((any::<bool>(), 0_u64..6), 0..40)) {
            let memory = Memory::new(entries);
            let mut list: Vec<u64> = Vec::new();
            for (adds, number) in ops {
                let known = list.iter().position(|it| *it == number);
                if let Some(place) = known {
                    list.remove(place);
                }
                if adds {
                    memory.add(number);
                } else {
                    prop_assert_eq!(memory.has(number), known.is_some());
                }
                if adds || known.is_some() {
                    list.push(number);
                }
                let over = list.len().saturating_sub(entries);
                list.drain(..over);
                let kept = memory.kept();
                prop_assert_eq!(kept.answers.len(), list.len());
                let uses: Vec<_> = kept.uses.values().copied().collect();
                prop_assert_eq!(uses, list.iter().map(|it| key(*it)).collect::<Vec<_>>());
            }
        }
    }
}
