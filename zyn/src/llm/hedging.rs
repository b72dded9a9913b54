//! A second attempt beside one that takes long.

mod race;
mod savings;
mod times;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::savings::Savings;
use self::times::Times;
use crate::provider::ConfigError;

/// A second attempt beside one that takes long: the first answer is taken, and the other attempt is cancelled.
///
/// It shortens the longest waits, and costs tokens: both attempts are paid, and both are in the ledger. So it is off
/// unless set, and never more than a small [part](Self::part) of the calls is asked twice; an endpoint that is slow to all
/// gets hardly more load from it. Neither a stream nor a re-ask gets a second attempt, nor what is to be done
/// [at most once](crate::Llm::at_most_once).
///
/// A clone is the same hedging: give one value to the [`Llm`](crate::Llm)s that speak to the same endpoint and model, and
/// they measure together and share the part. An option set on it makes a new one, which has measured nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use zyn::policy::Hedging;
///
/// let measured = Hedging::p95();
/// let fixed = Hedging::after(Duration::from_secs(3)).part(0.02);
/// # drop((measured, fixed));
/// ```
#[derive(Clone)]
pub struct Hedging(Arc<Shared>);

struct Shared {
    settings: Settings,
    savings: Savings,
    times: Mutex<Times>,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    wait: Wait,
    part: f64,
}

#[derive(Debug, Clone, Copy)]
enum Wait {
    P95,
    Fixed(Duration),
}

impl Hedging {
    /// Waits for as long as 95 % of the recent calls took: the last 100 that gave an answer, and nothing is asked twice
    /// before there were 20.
    pub fn p95() -> Self {
        Self::waiting(Wait::P95)
    }

    /// Waits for this time.
    pub fn after(time: Duration) -> Self {
        Self::waiting(Wait::Fixed(time))
    }

    /// The largest part of the calls that are asked twice, 0.05 unless set: more than 0 and at most 1. Up to 10 second
    /// attempts that were not needed are saved for when they are.
    #[must_use]
    pub fn part(self, part: f64) -> Self {
        Self::of(Settings {
            part,
            ..self.0.settings
        })
    }

    fn waiting(wait: Wait) -> Self {
        Self::of(Settings { wait, part: 0.05 })
    }

    fn of(settings: Settings) -> Self {
        Self(Arc::new(Shared {
            settings,
            savings: Savings::new(settings.part),
            times: Mutex::new(Times::new()),
        }))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let Settings { wait, part } = self.0.settings;
        let problem = if !(part > 0.0 && part <= 1.0) {
            "`.part(…)` is a part of the calls; give it more than 0 and at most 1"
        } else if matches!(wait, Wait::Fixed(Duration::ZERO)) {
            "`Hedging::after(…)` does not wait; give it more than no time"
        } else {
            return Ok(());
        };
        Err(ConfigError::Hedging { problem })
    }

    /// How long a call waits for its first attempt now: the time that was set, or what was measured; `None` while too
    /// little was.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use zyn::policy::Hedging;
    ///
    /// assert_eq!(Hedging::p95().delay(), None);
    /// let after = Duration::from_secs(3);
    /// assert_eq!(Hedging::after(after).delay(), Some(after));
    /// ```
    pub fn delay(&self) -> Option<Duration> {
        match self.0.settings.wait {
            Wait::Fixed(time) => Some(time),
            Wait::P95 => self.times(|times| times.p95()),
        }
    }

    /// Notes that a call gave an answer after `time`, counted from its first attempt. If that was not the one that
    /// answered, it took longer than was waited: so the waiting does not measure itself shorter and shorter.
    pub(crate) fn took(&self, time: Duration) {
        if matches!(self.0.settings.wait, Wait::P95) {
            self.times(|times| times.note(time));
        }
    }

    /// Saves for one call.
    pub(crate) fn call(&self) {
        self.0.savings.save();
    }

    /// Takes one second attempt, if there is one.
    pub(crate) fn take(&self) -> bool {
        self.0.savings.take()
    }

    fn times<R>(&self, act: impl FnOnce(&mut Times) -> R) -> R {
        act(&mut self.0.times.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Hedging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedging")
            .field("wait", &self.0.settings.wait)
            .field("part", &self.0.settings.part)
            .finish()
    }
}

#[cfg(test)]
mod tests;
