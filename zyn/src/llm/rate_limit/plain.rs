//! A bucket as anyone would write it down: everything that ever happened to it, and its level worked out from the start.

use super::bucket::ONE;

pub(super) struct Plain {
    per_minute: i128,
    pub(super) capacity: i128,
    /// When it happened, in nanoseconds, and what.
    events: Vec<(u128, Event)>,
}

enum Event {
    Took { ticket: u64, amount: i128 },
    Lowered { most: i128 },
}

impl Plain {
    pub(super) fn new(per_minute: u64, burst: u128) -> Self {
        let per_minute = i128::from(per_minute);
        Self {
            per_minute,
            capacity: (per_minute * i128::try_from(burst).unwrap()).max(ONE),
            events: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, at: u128, ticket: u64, amount: i128) {
        self.events.push((at, Event::Took { ticket, amount }));
    }

    pub(super) fn lower(&mut self, at: u128, most: i128) {
        self.events.push((at, Event::Lowered { most }));
    }

    /// Rewrites what was taken, as if that had been taken at the time.
    pub(super) fn settle(&mut self, of: u64, settled: i128) {
        for (_, event) in &mut self.events {
            match event {
                Event::Took { ticket, amount } if *ticket == of => *amount = settled,
                _ => {}
            }
        }
    }

    pub(super) fn level(&self, now: u128) -> i128 {
        let (mut level, mut seen) = (self.capacity, 0);
        let accrued = |level: i128, time: u128| {
            (level + self.per_minute * i128::try_from(time).unwrap()).min(self.capacity)
        };
        for (at, event) in &self.events {
            level = accrued(level, at - seen);
            seen = *at;
            level = match event {
                Event::Took { amount, .. } => level - amount,
                Event::Lowered { most } => level.min(*most),
            };
        }
        accrued(level, now - seen)
    }

    /// What was taken from `start` on, both ends included.
    pub(super) fn taken_since(&self, start: u128) -> i128 {
        let amounts = self.events.iter().filter(|(at, _)| *at >= start);
        let amounts = amounts.map(|(_, event)| match event {
            Event::Took { amount, .. } => *amount,
            Event::Lowered { .. } => 0,
        });
        amounts.sum()
    }
}
