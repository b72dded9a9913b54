//! The rate limits of a world, and what its servers know of them.

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::policy::seconds;
use super::server::Failed;
use crate::policy::RateLimit;

const MINUTE: Duration = Duration::from_secs(60);
/// No server can have its clients wait for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A rate limit, and which requests of those who share it have come to servers.
pub(super) struct Line {
    pub(super) limit: RateLimit,
    requests: u32,
    burst: Duration,
    queue: usize,
    /// The requests of the last minute, without those that were never sent.
    came: VecDeque<(u64, Instant)>,
    /// Until when servers have said to wait.
    paused: Option<Instant>,
}

impl Line {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let requests = rng.u32(3..120);
        let burst = seconds(rng, 0, 30) + Duration::from_millis(1);
        let queue = [0, 2, 1_000][rng.usize(..3)];
        let mut limit = RateLimit::new().requests(requests);
        if rng.u8(..3) == 0 {
            limit = limit.tokens(rng.u64(500..20_000));
        }
        Self {
            limit: limit.burst(burst).queue(queue),
            requests,
            burst,
            queue,
            came: VecDeque::new(),
            paused: None,
        }
    }

    /// A request has come; what is wrong with that.
    pub(super) fn came(&mut self, number: u64, now: Instant) -> Option<String> {
        while self.came.front().is_some_and(|it| it.1 + MINUTE < now) {
            self.came.pop_front();
        }
        self.came.push_back((number, now));
        let (limit, minute) = (u128::from(self.requests), MINUTE.as_nanos());
        let burst = (limit * self.burst.as_nanos()).max(minute);
        let came = self.came.len();
        if came as u128 * minute > limit * minute + burst {
            return Some(format!("#{number} is the {came}th in a minute"));
        }
        let is_paused = self.paused.is_some_and(|until| now < until);
        is_paused.then(|| format!("#{number} has come in a pause"))
    }

    /// What is wrong with the number of those who wait.
    pub(super) fn crowd(&self) -> Option<String> {
        let (waiting, queue) = (self.limit.waiting(), self.queue);
        (waiting > queue).then(|| format!("{waiting} wait where {queue} may"))
    }

    /// A request has failed.
    pub(super) fn failed(&mut self, number: u64, failed: &Failed, told: bool, now: Instant) {
        if failed.is_unsent && !told {
            self.came.retain(|it| it.0 != number);
        }
        if let Some(wait) = failed.pause {
            self.paused = self.paused.max(Some(now + wait.min(PATIENCE)));
        }
    }
}
