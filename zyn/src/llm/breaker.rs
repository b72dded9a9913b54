//! Stops asking an endpoint that fails.

mod circuit;
mod health;
mod window;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::circuit::{Change, Circuit};
pub(crate) use self::health::Health;
pub(crate) use self::health::health;
pub(crate) use self::window::Counted;
use crate::clock;
use crate::provider::ConfigError;
use crate::telemetry;

/// Stops asking an endpoint that fails, until a probe has found it well again.
///
/// It is for one endpoint and model: give one value to all the [`Llm`](crate::Llm)s that speak to the same, and another
/// to those that speak to another. A clone is the same breaker; an option set on a breaker makes a new one, which begins
/// closed.
///
/// - **Closed**, it lets all calls through and counts what became of them. It opens when a call fails and with it at
///   least a certain part of the recent calls has failed, but not before there were enough of them to tell.
/// - **Open**, it turns calls away without sending anything. How long is drawn between 1 and 1.25 times the
///   [set time](Self::open_for), so that several processes do not probe together.
/// - **Half open**, it lets exactly one call through, the probe, and turns the others away. If the endpoint answers, the
///   breaker closes and forgets what it has counted; if it fails, the breaker opens for twice as long as before, up to
///   120 s. If the probe is cancelled, the next call is the probe.
///
/// Only what speaks of the endpoint's health is a failure: no connection, a broken one, no answer in time, 5xx. A request
/// that the endpoint does not accept (other 4xx) or puts off (429) counts neither way; as a probe it shows that the
/// endpoint is up. An answer that cannot be used is an answer. What was sent before the last change of state
/// counts no more, and a call that waits for a [rate limit](super::RateLimit) meanwhile is looked at once more before it is
/// sent.
///
/// | option | default |
/// |---|---|
/// | [`failures`](Self::failures), the part of the calls that must fail | 0.5 |
/// | [`calls`](Self::calls), the calls that it takes to tell | 10 |
/// | [`within`](Self::within), how long a call is remembered | 30 s |
/// | [`open_for`](Self::open_for), how long it is open the first time | 15 s |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use zyn::policy::{Breaker, BreakerState};
///
/// let breaker = Breaker::new().failures(0.25).open_for(Duration::from_secs(5));
/// assert_eq!(breaker.state(), BreakerState::Closed);
/// ```
#[derive(Clone)]
pub struct Breaker(Arc<Shared>);

/// Whether a [`Breaker`] lets calls through.
///
/// # Examples
///
/// ```
/// use zyn::policy::{Breaker, BreakerState};
///
/// let breaker = Breaker::new();
/// let healthy = match breaker.state() {
///     BreakerState::Closed => true,
///     BreakerState::Open { retry_in } => {
///         println!("asks again in {retry_in:?}");
///         false
///     }
///     _ => false,
/// };
/// assert!(healthy);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerState {
    /// All calls are let through.
    Closed,
    /// None is.
    Open {
        /// How long it will be before one is.
        retry_in: Duration,
    },
    /// One is let through, or is under way, to find out whether the endpoint is well again.
    HalfOpen,
}

struct Shared {
    settings: Settings,
    /// Nothing of a user's runs under the lock, and nothing is awaited.
    circuit: Mutex<Circuit>,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    failures: f64,
    calls: u32,
    within: Duration,
    open_for: Duration,
}

/// A call that was let through. Dropped without a word on what became of it, it was cancelled: it counts nothing, and the
/// probe's place is free again.
#[must_use = "a permit that is dropped says that the call was cancelled"]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    generation: u64,
    recorded: bool,
}

/// A call that was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// How long it will be before one is let through. While a probe is under way nobody knows, and it is the set time.
    pub(crate) retry_in: Duration,
}

impl Breaker {
    /// A closed breaker.
    pub fn new() -> Self {
        Self::of(Settings {
            failures: 0.5,
            calls: 10,
            within: Duration::from_secs(30),
            open_for: Duration::from_secs(15),
        })
    }

    /// The part of the calls that must have failed for it to open: more than 0 and at most 1.
    #[must_use]
    pub fn failures(self, part: f64) -> Self {
        Self::of(Settings {
            failures: part,
            ..self.0.settings
        })
    }

    /// How many calls there must have been for it to open.
    #[must_use]
    pub fn calls(self, least: u32) -> Self {
        Self::of(Settings {
            calls: least,
            ..self.0.settings
        })
    }

    /// How long a call is remembered. Calls are forgotten a tenth of that time at once, so some are a tenth early.
    #[must_use]
    pub fn within(self, window: Duration) -> Self {
        Self::of(Settings {
            within: window,
            ..self.0.settings
        })
    }

    /// How long it is open at least, the first time. It doubles with each probe that fails, up to 120 s or to what is set
    /// here, if that is more, and each time up to a quarter is added by chance.
    #[must_use]
    pub fn open_for(self, time: Duration) -> Self {
        Self::of(Settings {
            open_for: time,
            ..self.0.settings
        })
    }

    /// Whether calls are let through now.
    pub fn state(&self) -> BreakerState {
        self.state_at(clock::now())
    }

    fn of(settings: Settings) -> Self {
        Self(Arc::new(Shared {
            settings,
            circuit: Mutex::new(Circuit::new()),
        }))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let Settings {
            failures,
            calls,
            within,
            open_for,
        } = self.0.settings;
        let problem = if !(failures > 0.0 && failures <= 1.0) {
            "`.failures(…)` is a part of the calls; give it more than 0 and at most 1"
        } else if calls == 0 {
            "`.calls(0)` is no number of calls to tell by; give it at least 1"
        } else if within.is_zero() {
            "`.within(…)` remembers nothing; give it more than no time"
        } else if open_for.is_zero() {
            "`.open_for(…)` never keeps a call back; give it more than no time"
        } else {
            return Ok(());
        };
        Err(ConfigError::Breaker { problem })
    }

    /// Lets a call through, or says when to ask again.
    pub(crate) fn admit(&self) -> Result<Permit, Refused> {
        self.admit_at(clock::now())
    }

    fn admit_at(&self, now: Instant) -> Result<Permit, Refused> {
        let admitted = self
            .0
            .locked(|circuit, settings| circuit.admit(settings, now))?;
        tell(admitted.change);
        Ok(Permit {
            shared: Arc::clone(&self.0),
            generation: admitted.generation,
            recorded: false,
        })
    }

    fn state_at(&self, now: Instant) -> BreakerState {
        self.0.locked(|circuit, _| circuit.state(now))
    }
}

impl Permit {
    /// Says what became of the call. If that opens the breaker, `dice`, in 0..1, decides for how long.
    pub(crate) fn record(self, health: Health, dice: f64) {
        self.record_at(health, dice, clock::now());
    }

    /// Whether the state has changed since: then it counts no more, and the call must ask again before it is sent.
    pub(crate) fn is_outdated(&self) -> bool {
        let generation = self.generation;
        self.shared
            .locked(|circuit, _| circuit.generation() != generation)
    }

    fn record_at(mut self, health: Health, dice: f64, now: Instant) {
        self.recorded = true;
        let generation = self.generation;
        let change = self
            .shared
            .locked(|circuit, settings| circuit.record(settings, generation, health, dice, now));
        tell(change);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.recorded {
            let generation = self.generation;
            self.shared.locked(|circuit, _| circuit.cancel(generation));
        }
    }
}

impl Shared {
    fn locked<R>(&self, act: impl FnOnce(&mut Circuit, &Settings) -> R) -> R {
        switch();
        let mut circuit = self.circuit.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut circuit, &self.settings);
        drop(circuit);
        switch();
        result
    }
}

/// Where another task may come in between: in a test that goes through schedules, it does.
fn switch() {
    #[cfg(test)]
    schedules::switch();
}

/// Not under the lock, since a subscriber is a user's.
fn tell(change: Option<Change>) {
    match change {
        None => {}
        Some(Change::Opened { counted, retry_in }) => telemetry::breaker_opened(counted, retry_in),
        Some(Change::Probing) => telemetry::breaker_half_open(),
        Some(Change::Closed) => telemetry::breaker_closed(),
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.0.settings;
        f.debug_struct("Breaker")
            .field("failures", &settings.failures)
            .field("calls", &settings.calls)
            .field("within", &settings.within)
            .field("open_for", &settings.open_for)
            .field("state", &self.state())
            .finish()
    }
}

#[cfg(test)]
mod numbers;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod tests;
