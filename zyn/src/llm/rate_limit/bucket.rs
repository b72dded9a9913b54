//! One bucket, in whole numbers, in which what is given back was never taken.

use std::collections::VecDeque;

/// One request or one token. With a limit of `n` a minute, `n` of these parts come in a nanosecond.
pub(super) const ONE: i128 = 60_000_000_000;

/// What may be taken at once, and what comes in a minute.
///
/// What was taken stays open until it is settled. Then the level is what it would be if the settled amount had been taken
/// in the first place: what overflowed since then is not given back, or a late refund would be let through on top of it.
#[derive(Debug)]
pub(super) struct Bucket {
    per_minute: i128,
    capacity: i128,
    level: i128,
    /// The level before the first of `open` was taken.
    before: i128,
    open: VecDeque<Open>,
}

/// What was taken and is not settled.
#[derive(Debug)]
struct Open {
    ticket: u64,
    amount: i128,
    /// What the level has gone through since, up to the next one that is open.
    since: Course,
}

/// What a level goes through: `x` becomes `min(x + gain, most)`. Two of them after one another are one again.
#[derive(Debug, Clone, Copy)]
struct Course {
    gain: i128,
    most: i128,
}

impl Course {
    const NONE: Self = Self::gaining(0);

    const fn gaining(gain: i128) -> Self {
        let most = i128::MAX;
        Self { gain, most }
    }

    fn then(self, next: Self) -> Self {
        Self {
            gain: self.gain.saturating_add(next.gain),
            most: next.of(self.most),
        }
    }

    fn of(self, level: i128) -> i128 {
        level.saturating_add(self.gain).min(self.most)
    }
}

impl Bucket {
    /// A full bucket. Its capacity is what comes in `burst` nanoseconds, and one at least.
    pub(super) fn full(per_minute: u64, burst: u128) -> Self {
        let burst = i128::try_from(burst).unwrap_or(i128::MAX);
        let per_minute = i128::from(per_minute);
        let capacity = per_minute.saturating_mul(burst).max(ONE);
        Self {
            per_minute,
            capacity,
            level: capacity,
            before: capacity,
            open: VecDeque::new(),
        }
    }

    /// Lets so many nanoseconds pass.
    pub(super) fn pass(&mut self, nanoseconds: u128) {
        let nanoseconds = i128::try_from(nanoseconds).unwrap_or(i128::MAX);
        self.go(Course {
            gain: self.per_minute.saturating_mul(nanoseconds),
            most: self.capacity,
        });
    }

    /// Lowers the level to `most`, if it is higher.
    pub(super) fn lower(&mut self, most: i128) {
        self.go(Course { gain: 0, most });
    }

    fn go(&mut self, course: Course) {
        self.level = course.of(self.level);
        if let Some(last) = self.open.back_mut() {
            last.since = last.since.then(course);
        }
    }

    /// What must be there before `amount` is taken: all of it, or a full bucket if that can never be.
    pub(super) fn enough(&self, amount: i128) -> i128 {
        amount.min(self.capacity)
    }

    /// The nanoseconds until the level can be `wanted`, rounded up.
    pub(super) fn until(&self, wanted: i128) -> u128 {
        let missing = wanted.saturating_sub(self.level).max(0).unsigned_abs();
        let rate = self.per_minute.unsigned_abs();
        match rate {
            0 if missing > 0 => u128::MAX,
            _ => missing.div_ceil(rate.max(1)),
        }
    }

    /// Takes `amount`, into debt if there is not so much. Tickets ascend.
    pub(super) fn take(&mut self, ticket: u64, amount: i128) {
        if self.open.is_empty() {
            self.before = self.level;
        }
        self.level = self.level.saturating_sub(amount);
        let since = Course::NONE;
        self.open.push_back(Open {
            ticket,
            amount,
            since,
        });
    }

    /// Makes what was taken with `ticket` final: `amount` of it, or all if that is `None`.
    pub(super) fn settle(&mut self, ticket: u64, amount: Option<i128>) {
        let place = self.open.binary_search_by_key(&ticket, |open| open.ticket);
        let Some((place, closed)) = place
            .ok()
            .and_then(|place| Some((place, self.open.remove(place)?)))
        else {
            return;
        };
        let amount = amount.unwrap_or(closed.amount);
        let course = Course::gaining(amount.saturating_neg()).then(closed.since);
        match place
            .checked_sub(1)
            .and_then(|place| self.open.get_mut(place))
        {
            Some(previous) => previous.since = previous.since.then(course),
            None => self.before = course.of(self.before),
        }
        if amount != closed.amount {
            let after = |level: i128, open: &Open| open.since.of(level.saturating_sub(open.amount));
            self.level = self.open.iter().fold(self.before, after);
        }
    }

    #[cfg(test)]
    pub(super) fn level(&self) -> i128 {
        self.level
    }
}

#[cfg(test)]
mod tests;
