//! The states of a breaker and what leads from one to another. It reads no clock: time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::window::{Counted, Window};
use super::{BreakerState, Health, Refused, Settings};

/// It is not open for longer than this, however many probes have failed; unless the user has set more.
const CEILING: Duration = Duration::from_secs(120);
/// The most that chance adds to the time that it is open.
const JITTER: f64 = 0.25;

#[derive(Debug)]
pub(super) struct Circuit {
    phase: Phase,
    /// Goes up at each change of phase, so that what was sent before it counts no more.
    generation: u64,
    window: Window,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Closed,
    Open {
        since: Instant,
        /// How long, with what chance has added.
        lasts: Duration,
        /// How long, without.
        time: Duration,
    },
    HalfOpen {
        probing: bool,
        /// How long it was open, without what chance had added.
        time: Duration,
    },
}

pub(super) struct Admitted {
    pub(super) generation: u64,
    pub(super) change: Option<Change>,
}

/// A change of state, to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Opened {
        /// What opened it; `None` if it was a probe.
        counted: Option<Counted>,
        retry_in: Duration,
    },
    Probing,
    Closed,
}

impl Circuit {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Closed,
            generation: 0,
            window: Window::new(),
        }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn state(&self, now: Instant) -> BreakerState {
        match self.phase {
            Phase::Closed => BreakerState::Closed,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
            Phase::Open { since, lasts, .. } => match left(since, lasts, now) {
                Duration::ZERO => BreakerState::HalfOpen,
                retry_in => BreakerState::Open { retry_in },
            },
        }
    }

    pub(super) fn admit(&mut self, settings: &Settings, now: Instant) -> Result<Admitted, Refused> {
        let change = match self.phase {
            Phase::Closed => None,
            Phase::Open { since, lasts, time } => {
                let retry_in = left(since, lasts, now);
                if !retry_in.is_zero() {
                    return Err(Refused { retry_in });
                }
                let probing = true;
                self.enter(Phase::HalfOpen { probing, time });
                Some(Change::Probing)
            }
            Phase::HalfOpen { probing: true, .. } => {
                let retry_in = settings.open_for;
                return Err(Refused { retry_in });
            }
            // the last probe was cancelled
            Phase::HalfOpen { time, .. } => {
                let probing = true;
                self.phase = Phase::HalfOpen { probing, time };
                None
            }
        };
        let generation = self.generation;
        Ok(Admitted { generation, change })
    }

    /// Takes note of what became of a call that was let through in `generation`.
    pub(super) fn record(
        &mut self,
        settings: &Settings,
        generation: u64,
        health: Health,
        dice: f64,
        now: Instant,
    ) -> Option<Change> {
        if generation != self.generation {
            return None;
        }
        match (self.phase, health) {
            (_, Health::Unknown) => {
                self.cancel(generation);
                None
            }
            (Phase::Closed, Health::Neutral) | (Phase::Open { .. }, _) => None,
            (Phase::Closed, Health::Good) => {
                self.window.note(false, settings.within, now);
                None
            }
            (Phase::Closed, Health::Bad) => {
                let counted = self.window.note(true, settings.within, now);
                let enough = counted.calls >= u64::from(settings.calls);
                let opens = enough && counted.failed(settings.failures);
                opens.then(|| self.open(settings.open_for, Some(counted), dice, now))
            }
            // in this generation nothing but the probe was let through
            (Phase::HalfOpen { time, .. }, Health::Bad) => {
                let ceiling = CEILING.max(settings.open_for);
                let longer = time.saturating_mul(2).min(ceiling);
                Some(self.open(longer, None, dice, now))
            }
            (Phase::HalfOpen { .. }, Health::Good | Health::Neutral) => {
                self.enter(Phase::Closed);
                Some(Change::Closed)
            }
        }
    }

    /// Takes note that nothing will be known of a call that was let through in `generation`.
    pub(super) fn cancel(&mut self, generation: u64) {
        if generation != self.generation {
            return;
        }
        if let Phase::HalfOpen { probing, .. } = &mut self.phase {
            *probing = false;
        }
    }

    fn open(
        &mut self,
        time: Duration,
        counted: Option<Counted>,
        dice: f64,
        now: Instant,
    ) -> Change {
        let lasts = time.saturating_add(time.mul_f64(JITTER * dice.clamp(0.0, 1.0)));
        self.enter(Phase::Open {
            since: now,
            lasts,
            time,
        });
        Change::Opened {
            counted,
            retry_in: lasts,
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation = self.generation.wrapping_add(1);
        self.window.clear();
    }
}

fn left(since: Instant, lasts: Duration, now: Instant) -> Duration {
    lasts.saturating_sub(now.saturating_duration_since(since))
}
