//! Where calls wait until there is what they need.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Charge;
use super::measure::Rules;
use super::state::{Arrival, State, Turn};
use crate::clock;
use crate::provider::Remaining;
use crate::refusal::Shed;
use crate::session::Usage;

/// The state that clones share. Whoever is called is called outside the lock, since a waker is foreign code.
#[derive(Debug)]
pub(super) struct Gate(Mutex<State>);

/// A call that may be sent. What it has taken is settled once, and stays as it was estimated if this is dropped.
#[derive(Debug)]
#[must_use = "what was taken is settled with what came of it"]
pub(crate) struct Admitted {
    /// How long the call waited.
    pub(crate) waited: Duration,
    gate: Arc<Gate>,
    ticket: u64,
    charge: Charge,
}

/// A place in the line, which is left when this is dropped.
struct Place<'g> {
    gate: &'g Gate,
    ticket: u64,
}

impl Gate {
    pub(super) fn new(rules: &Rules) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State::new(rules))))
    }

    pub(super) async fn admit(
        self: &Arc<Self>,
        need: Usage,
        deadline: Instant,
    ) -> Result<Admitted, Shed> {
        let start = clock::now();
        let arrival = self.state().arrive(start, need, deadline)?;
        let (ticket, waited) = match arrival {
            Arrival::Admitted { ticket } => (ticket, Duration::ZERO),
            Arrival::InLine { ticket, called } => {
                self.wait(ticket, &called, need, deadline).await?;
                (ticket, clock::now().saturating_duration_since(start))
            }
        };
        Ok(Admitted {
            waited,
            gate: Arc::clone(self),
            ticket,
            charge: Charge::Unknown,
        })
    }

    async fn wait(
        &self,
        ticket: u64,
        called: &Notify,
        need: Usage,
        deadline: Instant,
    ) -> Result<(), Shed> {
        let _place = Place { gate: self, ticket };
        loop {
            let turn = self.state().turn(clock::now(), ticket, need, deadline)?;
            match turn {
                Turn::Admitted => return Ok(()),
                // Called or not, the state says what is to be done.
                Turn::Wait { until } => drop(timeout_at(until, called.notified()).await),
            }
        }
    }

    pub(super) fn pause(&self, until: Instant) {
        let all = self.state().pause(until);
        all.iter().for_each(|called| called.notify_one());
    }

    pub(super) fn heed(&self, remaining: Remaining) {
        let first = self.state().heed(clock::now(), remaining);
        call(first);
    }

    pub(super) fn waiting(&self) -> usize {
        self.state().waiting()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn call(waiter: Option<Arc<Notify>>) {
    if let Some(called) = waiter {
        called.notify_one();
    }
}

impl Admitted {
    /// Charges what the call has cost in place of what it was estimated at.
    pub(crate) fn settle(mut self, charge: Charge) {
        self.charge = charge;
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let first = self.gate.state().settle(self.ticket, self.charge);
        call(first);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let first = self.gate.state().leave(self.ticket);
        call(first);
    }
}
