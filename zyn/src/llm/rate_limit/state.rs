//! Who waits, and what is there: plain state, without a clock of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Charge;
use super::bucket::Bucket;
use super::measure::{Measure, Rules, parts};
use crate::provider::Remaining;
use crate::refusal::Shed;
use crate::session::Usage;

#[derive(Debug)]
pub(super) struct State {
    buckets: Vec<(Measure, Bucket)>,
    /// When the buckets were looked at last; `None` before the first call.
    seen: Option<Instant>,
    paused: Option<Instant>,
    line: VecDeque<Waiter>,
    most: usize,
    tickets: u64,
}

/// A call in the line. Tickets ascend from its head.
#[derive(Debug)]
struct Waiter {
    ticket: u64,
    need: Usage,
    called: Arc<Notify>,
}

/// What a call that has come is to do.
#[derive(Debug)]
pub(super) enum Arrival {
    Admitted { ticket: u64 },
    InLine { ticket: u64, called: Arc<Notify> },
}

/// What a call in the line is to do.
#[derive(Debug)]
pub(super) enum Turn {
    Admitted,
    Wait { until: Instant },
}

impl State {
    pub(super) fn new(rules: &Rules) -> Self {
        Self {
            buckets: rules.buckets(),
            seen: None,
            paused: None,
            line: VecDeque::new(),
            most: rules.queue,
            tickets: 0,
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.line.len()
    }

    /// Admits a call, or puts it at the end of the line, or neither.
    pub(super) fn arrive(
        &mut self,
        now: Instant,
        need: Usage,
        deadline: Instant,
    ) -> Result<Arrival, Shed> {
        self.pass(now);
        let ahead = self.line.len();
        let wait = self.wait(now, need, ahead);
        let ticket = self.tickets;
        if ahead == 0 && wait.is_zero() {
            self.tickets = ticket.saturating_add(1);
            self.take(ticket, need);
            return Ok(Arrival::Admitted { ticket });
        }
        if ahead >= self.most {
            let (waiting, most) = (ahead, self.most);
            return Err(Shed::Queue { waiting, most });
        }
        let left = deadline.saturating_duration_since(now);
        // what is let through at its deadline is cut off in the same moment
        if wait >= left {
            return Err(Shed::Deadline { wait, left });
        }
        self.tickets = ticket.saturating_add(1);
        let called = Arc::new(Notify::new());
        self.line.push_back(Waiter {
            ticket,
            need,
            called: Arc::clone(&called),
        });
        Ok(Arrival::InLine { ticket, called })
    }

    /// Admits a call of the line, if it is the first of it and there is what it needs.
    pub(super) fn turn(
        &mut self,
        now: Instant,
        ticket: u64,
        need: Usage,
        deadline: Instant,
    ) -> Result<Turn, Shed> {
        self.pass(now);
        let ahead = self.place(ticket).unwrap_or_else(|place| place);
        let wait = self.wait(now, need, ahead);
        let first = ahead == 0;
        if first && wait.is_zero() {
            self.line.pop_front();
            self.take(ticket, need);
            return Ok(Turn::Admitted);
        }
        let left = deadline.saturating_duration_since(now);
        if wait >= left {
            return Err(Shed::Deadline { wait, left });
        }
        let until = if first { now + wait } else { deadline };
        Ok(Turn::Wait { until })
    }

    /// Takes a call out of the line, if it is there. Who is the first of it now is to be called.
    pub(super) fn leave(&mut self, ticket: u64) -> Option<Arc<Notify>> {
        if let Ok(place) = self.place(ticket) {
            self.line.remove(place);
        }
        self.first()
    }

    /// Makes final what a call has taken. Who is the first of the line is to be called.
    pub(super) fn settle(&mut self, ticket: u64, charge: Charge) -> Option<Arc<Notify>> {
        for (measure, bucket) in &mut self.buckets {
            let amount = match (charge, *measure) {
                (Charge::Nothing, _) => Some(0),
                (Charge::Unknown, _) | (_, Measure::Requests) => None,
                (Charge::TurnedAway, _) => Some(0),
                (Charge::Used(usage), measure) => Some(measure.of(usage)),
            };
            bucket.settle(ticket, amount);
        }
        self.first()
    }

    /// Lowers the buckets to what is left. Who is the first of the line is to be called.
    pub(super) fn heed(&mut self, now: Instant, remaining: Remaining) -> Option<Arc<Notify>> {
        self.pass(now);
        for (measure, bucket) in &mut self.buckets {
            let left = match measure {
                Measure::Requests => remaining.requests,
                Measure::Tokens => remaining.tokens,
                Measure::InputTokens => remaining.input_tokens,
                Measure::OutputTokens => remaining.output_tokens,
            };
            if let Some(left) = left {
                bucket.lower(parts(left));
            }
        }
        self.first()
    }

    /// Admits nothing before `until`. All who wait are to be called, for some may now wait in vain.
    pub(super) fn pause(&mut self, until: Instant) -> Vec<Arc<Notify>> {
        self.paused = self.paused.max(Some(until));
        let called = self.line.iter().map(|waiter| &waiter.called);
        called.cloned().collect()
    }

    fn pass(&mut self, now: Instant) {
        let seen = self.seen.unwrap_or(now);
        let passed = now.saturating_duration_since(seen).as_nanos();
        for (_, bucket) in &mut self.buckets {
            bucket.pass(passed);
        }
        self.seen = Some(now.max(seen));
    }

    fn take(&mut self, ticket: u64, need: Usage) {
        for (measure, bucket) in &mut self.buckets {
            bucket.take(ticket, measure.of(need));
        }
    }

    /// How long a call waits that has so many ahead of it, as far as that is known. The tokens of those ahead are not
    /// counted, since they are estimates of which much may come back before; but each of them is a request.
    fn wait(&self, now: Instant, need: Usage, ahead: usize) -> Duration {
        let paused = self
            .paused
            .map(|until| until.saturating_duration_since(now));
        let filled = self.buckets.iter().map(|(measure, bucket)| match measure {
            Measure::Requests => {
                let turn = u64::try_from(ahead).unwrap_or(u64::MAX).saturating_add(1);
                bucket.until(parts(turn))
            }
            measure => bucket.until(bucket.enough(measure.of(need))),
        });
        let filled = filled.max().unwrap_or_default();
        let filled = Duration::from_nanos(u64::try_from(filled).unwrap_or(u64::MAX));
        let wait = filled.max(paused.unwrap_or_default());
        match self.line.front() {
            Some(first) if ahead > 0 => wait.max(self.wait(now, first.need, 0)),
            _ => wait,
        }
    }

    fn place(&self, ticket: u64) -> Result<usize, usize> {
        self.line
            .binary_search_by_key(&ticket, |waiter| waiter.ticket)
    }

    fn first(&self) -> Option<Arc<Notify>> {
        self.line.front().map(|waiter| Arc::clone(&waiter.called))
    }

    #[cfg(test)]
    pub(super) fn levels(&mut self, now: Instant) -> Vec<i128> {
        self.pass(now);
        self.buckets
            .iter()
            .map(|(_, bucket)| bucket.level())
            .collect()
    }
}
