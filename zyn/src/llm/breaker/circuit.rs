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
        spell: Spell,
    },
    HalfOpen {
        /// Since when the probe is under way; `None` if the last one was cancelled.
        probing: Option<Instant>,
        /// How long it was open. A probe that takes as long has failed.
        spell: Spell,
    },
}

/// How long it is open.
#[derive(Debug, Clone, Copy)]
struct Spell {
    time: Duration,
    /// What chance adds, as a part of the time.
    chance: f64,
}

pub(super) struct Admitted {
    pub(super) sent: Sent,
    pub(super) change: Option<Change>,
}

/// What is remembered of a call that was let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    generation: u64,
    is_probe: bool,
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

    pub(super) fn state(&self, settings: &Settings, now: Instant) -> BreakerState {
        match self.overdue(settings, now).unwrap_or(self.phase) {
            Phase::Closed => BreakerState::Closed,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
            Phase::Open { since, spell } => match left(since, spell, now) {
                Duration::ZERO => BreakerState::HalfOpen,
                retry_in => BreakerState::Open { retry_in },
            },
        }
    }

    /// Opens it anew if the probe is overdue. Whatever else is done comes after that.
    pub(super) fn expire(&mut self, settings: &Settings, now: Instant) -> Option<Change> {
        let phase = self.overdue(settings, now)?;
        self.enter(phase);
        match phase {
            Phase::Open { since, spell } => Some(Change::Opened {
                counted: None,
                retry_in: left(since, spell, now),
            }),
            _ => None,
        }
    }

    /// The phase that has followed on a probe which took too long: open since it was due. What chance adds is drawn when
    /// a call ends, and none has: so it is the same part as the last time.
    fn overdue(&self, settings: &Settings, now: Instant) -> Option<Phase> {
        match self.phase {
            Phase::HalfOpen {
                probing: Some(begun),
                spell,
            } if left(begun, spell, now).is_zero() => Some(Phase::Open {
                since: begun + spell.lasts(),
                spell: spell.doubled(settings, spell.chance),
            }),
            _ => None,
        }
    }

    pub(super) fn admit(&mut self, now: Instant) -> Result<Admitted, Refused> {
        let is_probe = !matches!(self.phase, Phase::Closed);
        let change = match self.phase {
            Phase::Closed => None,
            Phase::Open { since, spell } => {
                let retry_in = left(since, spell, now);
                if !retry_in.is_zero() {
                    return Err(Refused { retry_in });
                }
                let probing = Some(now);
                self.enter(Phase::HalfOpen { probing, spell });
                Some(Change::Probing)
            }
            Phase::HalfOpen {
                probing: Some(begun),
                spell,
            } => {
                let retry_in = left(begun, spell, now);
                return Err(Refused { retry_in });
            }
            // the last probe was cancelled
            Phase::HalfOpen { spell, .. } => {
                let probing = Some(now);
                self.phase = Phase::HalfOpen { probing, spell };
                None
            }
        };
        let sent = Sent {
            generation: self.generation,
            is_probe,
        };
        Ok(Admitted { sent, change })
    }

    /// Takes note of what became of a call that was let through.
    pub(super) fn record(
        &mut self,
        settings: &Settings,
        sent: Sent,
        health: Health,
        dice: f64,
        now: Instant,
    ) -> Option<Change> {
        let opened = self.expire(settings, now);
        let chance = JITTER * dice.clamp(0.0, 1.0);
        if sent.generation != self.generation {
            // an answer is an answer, however late it comes
            let is_up = matches!(health, Health::Good | Health::Neutral);
            let closes = sent.is_probe && is_up && !matches!(self.phase, Phase::Closed);
            return if closes { Some(self.close()) } else { opened };
        }
        match (self.phase, health) {
            // cancelled: the probe's place is free again
            (Phase::HalfOpen { spell, .. }, Health::Unknown) => {
                let probing = None;
                self.phase = Phase::HalfOpen { probing, spell };
                None
            }
            (_, Health::Unknown) => None,
            (Phase::Closed, Health::Neutral) | (Phase::Open { .. }, _) => None,
            (Phase::Closed, Health::Good) => {
                self.window.note(false, settings.within, now);
                None
            }
            (Phase::Closed, Health::Bad) => {
                let counted = self.window.note(true, settings.within, now);
                let enough = counted.calls >= u64::from(settings.calls);
                let opens = enough && counted.failed(settings.failures);
                opens.then(|| self.open(Spell::first(settings, chance), Some(counted), now))
            }
            // in this generation nothing but the probe was let through
            (Phase::HalfOpen { spell, .. }, Health::Bad) => {
                Some(self.open(spell.doubled(settings, chance), None, now))
            }
            (Phase::HalfOpen { .. }, Health::Good | Health::Neutral) => Some(self.close()),
        }
    }

    fn close(&mut self) -> Change {
        self.enter(Phase::Closed);
        Change::Closed
    }

    fn open(&mut self, spell: Spell, counted: Option<Counted>, now: Instant) -> Change {
        self.enter(Phase::Open { since: now, spell });
        let retry_in = spell.lasts();
        Change::Opened { counted, retry_in }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation = self.generation.wrapping_add(1);
        self.window.clear();
    }
}

impl Spell {
    fn first(settings: &Settings, chance: f64) -> Self {
        let time = settings.open_for;
        Self { time, chance }
    }

    /// After a probe that has failed.
    fn doubled(self, settings: &Settings, chance: f64) -> Self {
        let ceiling = CEILING.max(settings.open_for);
        let time = self.time.saturating_mul(2).min(ceiling);
        Self { time, chance }
    }

    fn lasts(self) -> Duration {
        self.time.saturating_add(self.time.mul_f64(self.chance))
    }
}

fn left(since: Instant, spell: Spell, now: Instant) -> Duration {
    let passed = now.saturating_duration_since(since);
    spell.lasts().saturating_sub(passed)
}
