//! An attempt that its breaker watches.

use std::time::Duration;

use tokio::time::Instant;

use super::{Health, Permit};
use crate::clock;

/// An attempt that its breaker watches.
pub(crate) struct Probe {
    permit: Option<Permit>,
    /// When it was sent.
    sent: Option<Instant>,
    deadline: Option<Instant>,
    dice: f64,
}

/// Who gave an endpoint less time than this, and went, says nothing of its health.
const IN_VAIN: Duration = Duration::from_secs(10);

impl Probe {
    pub(crate) fn new(permit: Permit, deadline: Option<Instant>, dice: f64) -> Self {
        Self {
            permit: Some(permit),
            sent: None,
            deadline,
            dice,
        }
    }

    pub(crate) fn sent(&mut self) {
        self.sent = Some(clock::now());
    }

    pub(crate) fn record(mut self, health: Health, dice: f64) {
        if let Some(permit) = self.permit.take() {
            permit.record(health, dice);
        }
    }

    /// Whether the deadline has cut it off after a time in which an answer could have come.
    fn is_in_vain(&self) -> bool {
        let now = clock::now();
        let waited = self.sent.map(|sent| now.saturating_duration_since(sent));
        self.deadline.is_some_and(|deadline| now >= deadline)
            && waited.is_some_and(|waited| waited >= IN_VAIN)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let is_in_vain = self.permit.is_some() && self.is_in_vain();
        if let Some(permit) = self.permit.take().filter(|_| is_in_vain) {
            permit.record(Health::Bad, self.dice);
        }
    }
}
