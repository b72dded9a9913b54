//! Random traces against a model that is plain rather than fast. It shares no code with the breaker: it keeps all calls
//! and outcomes, and works out anew each time what they amount to.
//!
//! Compiled under `cfg(test)` alone, so a panic here is a failed test.

use crate::numbers::row;
use fastrand::Rng;

use super::*;

const TRACES: u64 = 100_000;

/// Settings in whole numbers.
#[derive(Debug, Clone, Copy)]
struct Plain {
    /// Failures, in hundredths of the calls.
    hundredths: u64,
    calls: u32,
    within_ms: u64,
    open_ms: u64,
}

struct Model {
    plain: Plain,
    /// When the state changed, and to what.
    changes: Vec<(u64, Phase)>,
    /// All outcomes that were counted: when, after how many changes, and whether it was a failure.
    outcomes: Vec<(u64, usize, bool)>,
    /// The call that is the probe, while there is one, and when it was let through.
    probe: Option<(usize, u64)>,
    /// All calls that were.
    probes: Vec<usize>,
    /// How many of them took too long.
    overdue: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    /// Milliseconds, and how many sixteenths of them chance has added.
    Open(u64, u64),
    HalfOpen,
}

impl Phase {
    /// In sixteenths of a millisecond.
    fn lasts(self) -> u64 {
        match self {
            Phase::Open(ms, added) => ms * (16 + added),
            Phase::Closed | Phase::HalfOpen => 0,
        }
    }
}

/// Time is in sixteenths of a millisecond, so that chance adds whole numbers.
const TICK: Duration = Duration::from_nanos(62_500);

fn ticks(number: u64) -> Duration {
    TICK * u32::try_from(number).unwrap()
}

impl Model {
    fn now_is(&mut self, now: u64) -> BreakerState {
        self.probe_left(now);
        match self.changes.last() {
            None | Some((_, Phase::Closed)) => BreakerState::Closed,
            Some((_, Phase::HalfOpen)) => BreakerState::HalfOpen,
            Some((at, open)) if now < at + open.lasts() => BreakerState::Open {
                retry_in: ticks(at + open.lasts() - now),
            },
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// How long the probe may still take. One that has taken longer has failed, at the time when it was due.
    fn probe_left(&mut self, now: u64) -> Option<u64> {
        let (_, begun) = self.probe?;
        let opened = self.changes.iter().rev();
        let (_, open) = opened.clone().find(|it| it.1.lasts() > 0)?;
        let Phase::Open(_, added) = *open else {
            return None;
        };
        let due = begun + open.lasts();
        if now < due {
            return Some(due - now);
        }
        self.probe = None;
        self.overdue += 1;
        self.open(added, due);
        None
    }

    /// Whether the call is let through; if not, when to ask again.
    fn admit(&mut self, call: usize, now: u64) -> Result<(), Duration> {
        match self.now_is(now) {
            BreakerState::Closed => Ok(()),
            BreakerState::Open { retry_in } => Err(retry_in),
            BreakerState::HalfOpen => {
                if let Some(left) = self.probe_left(now) {
                    return Err(ticks(left));
                }
                self.probe = Some((call, now));
                self.probes.push(call);
                if self
                    .changes
                    .last()
                    .is_some_and(|it| it.1 != Phase::HalfOpen)
                {
                    self.changes.push((now, Phase::HalfOpen));
                }
                Ok(())
            }
        }
    }

    fn end(&mut self, call: usize, begun_after: usize, health: Health, quarters: u64, now: u64) {
        let is_closed = self.now_is(now) == BreakerState::Closed;
        let is_up = matches!(health, Health::Good | Health::Neutral);
        if is_up && !is_closed && self.probes.contains(&call) {
            self.probe = None;
            self.changes.push((now, Phase::Closed));
        } else if self.probe.is_some_and(|(probe, _)| probe == call) {
            self.probe = None;
            if health == Health::Bad {
                self.open(quarters, now);
            }
        } else if begun_after == self.changes.len() && matches!(health, Health::Good | Health::Bad)
        {
            self.outcomes
                .push((now, begun_after, health == Health::Bad));
            if health == Health::Bad && self.too_many(now) {
                self.open(quarters, now);
            }
        }
    }

    /// Chance adds up to four sixteenths, one for each of the `quarters`.
    fn open(&mut self, quarters: u64, now: u64) {
        let phases = self.changes.iter().rev();
        let since_closed = phases.take_while(|it| it.1 != Phase::Closed);
        let failed_probes = since_closed.filter(|it| matches!(it.1, Phase::Open(..)));
        let doubled = self.plain.open_ms << failed_probes.count().min(20);
        let ms = doubled.min(120_000.max(self.plain.open_ms));
        self.changes.push((now, Phase::Open(ms, quarters)));
    }

    fn too_many(&self, now: u64) -> bool {
        let within = self.plain.within_ms * 16;
        let (mut calls, mut failures) = (0, 0);
        let mut bucket = None;
        for &(at, after, failed) in &self.outcomes {
            if after != self.changes.len() {
                continue;
            }
            let begun = match bucket {
                Some(begun) if at < begun + within / 10 => begun,
                _ => at,
            };
            bucket = Some(begun);
            if now < begun + within {
                calls += 1;
                failures += u64::from(failed);
            }
        }
        calls >= u64::from(self.plain.calls) && failures * 100 >= self.plain.hundredths * calls
    }
}

/// What the traces went through, so that it shows if they stop going there.
#[derive(Debug, Default)]
struct Seen {
    steps: u64,
    opened: u64,
    closed: u64,
    refused: u64,
    probes: u64,
    cancelled_probes: u64,
    late: u64,
    overdue_probes: u64,
    late_answers: u64,
}

struct Call {
    number: usize,
    begun_after: usize,
    permit: Permit,
}

fn trace(seed: u64, start: Instant, seen: &mut Seen) {
    let mut rng = Rng::with_seed(seed);
    let plain = Plain {
        hundredths: [1, 7, 30, 50, 75, 100][rng.usize(..6)],
        calls: rng.u32(1..6),
        within_ms: [10, 1_000, 30_000][rng.usize(..3)],
        open_ms: [1, 400, 15_000, 200_000][rng.usize(..4)],
    };
    let breaker = Breaker::new()
        .failures(plain.hundredths as f64 / 100.0)
        .calls(plain.calls)
        .within(Duration::from_millis(plain.within_ms))
        .open_for(Duration::from_millis(plain.open_ms));
    let mut model = Model {
        plain,
        changes: Vec::new(),
        outcomes: Vec::new(),
        probe: None,
        probes: Vec::new(),
        overdue: 0,
    };
    let mut under_way: Vec<Call> = Vec::new();
    let mut now = 0;
    let at = |now| start + ticks(now);
    let failing = rng.u32(20..80);
    let steps = rng.usize(10..60);
    for number in 0..steps {
        match rng.u32(..100) {
            0..20 => {
                let most = match rng.u32(..4) {
                    0 => 16,
                    1 => plain.within_ms * 2,
                    2 => plain.within_ms * 16,
                    _ => plain.open_ms * 20,
                };
                now += rng.u64(..most);
            }
            // to the very instant
            20..25 => {
                let left = match model.now_is(now) {
                    BreakerState::Open { retry_in } => retry_in.as_nanos() / TICK.as_nanos(),
                    _ => model.probe_left(now).unwrap_or(1).into(),
                };
                now += u64::try_from(left).unwrap() - rng.u64(..2);
            }
            25..60 => {
                let half_open = breaker.state_at(at(now)) == BreakerState::HalfOpen;
                let expected = model.admit(number, now);
                let got = breaker.admit_at(at(now));
                let told = got.as_ref().map(drop).map_err(|it| it.retry_in);
                assert_eq!(told, expected, "seed {seed}, step {number}, {plain:?}");
                seen.refused += u64::from(got.is_err());
                seen.probes += u64::from(half_open && got.is_ok());
                if half_open {
                    let again = breaker.admit_at(at(now));
                    assert!(again.is_err(), "two probes: seed {seed}, step {number}");
                }
                under_way.extend(got.ok().map(|permit| Call {
                    number,
                    begun_after: model.changes.len(),
                    permit,
                }));
            }
            _ if under_way.is_empty() => {}
            what => {
                let call = under_way.swap_remove(rng.usize(..under_way.len()));
                let health = match what {
                    60..70 => Health::Unknown,
                    70..75 => Health::Neutral,
                    _ if rng.u32(..100) < failing => Health::Bad,
                    _ => Health::Good,
                };
                let quarters = rng.u64(..5);
                let is_closed = model.now_is(now) == BreakerState::Closed;
                let probe = model.probe.is_some_and(|(probe, _)| probe == call.number);
                let before = model.changes.len();
                seen.late += u64::from(call.begun_after != before);
                let cancelled = probe && health == Health::Unknown;
                seen.cancelled_probes += u64::from(cancelled);
                model.end(call.number, call.begun_after, health, quarters, now);
                if model.changes.len() > before {
                    let closed = model.now_is(now) == BreakerState::Closed;
                    seen.closed += u64::from(closed);
                    let late = call.begun_after != before;
                    seen.late_answers += u64::from(closed && late && !is_closed);
                    seen.opened += u64::from(!closed);
                }
                let dice = quarters as f64 / 4.0;
                call.permit.record_at(health, dice, at(now));
            }
        }
        let (state, expected) = (breaker.state_at(at(now)), model.now_is(now));
        assert_eq!(state, expected, "seed {seed}, step {number}, {plain:?}");
        seen.steps += 1;
    }
    seen.overdue_probes += model.overdue;
    never_wedged(seed, &breaker, under_way, at(now));
}

/// Whatever has happened and whatever hangs, who comes back when it is told to is let through the third time at the
/// latest, and if that call is answered, the breaker is closed, whatever becomes of the others.
fn never_wedged(seed: u64, breaker: &Breaker, under_way: Vec<Call>, mut now: Instant) {
    let comes = |_| {
        let admitted = breaker.admit_at(now);
        now += admitted
            .as_ref()
            .map_or_else(|it| it.retry_in, |_| Duration::ZERO);
        admitted.ok()
    };
    let permit = (0..3).find_map(comes);
    let permit = permit.unwrap_or_else(|| panic!("wedged: seed {seed}"));
    let half_open = breaker.state_at(now) == BreakerState::HalfOpen;
    let more = (0..4).filter(|_| breaker.admit_at(now).is_ok()).count();
    assert_eq!(more, if half_open { 0 } else { 4 }, "seed {seed}");
    permit.record_at(Health::Good, 0.0, now);
    drop(under_way);
    assert_eq!(breaker.state_at(now), BreakerState::Closed, "seed {seed}");
}

#[test]
fn a_hundred_thousand_random_traces_do_what_a_plain_model_does() {
    let start = clock::now();
    let mut seen = Seen::default();
    for seed in 0..TRACES {
        trace(seed, start, &mut seen);
    }
    let ran = format!(
        "breaker beside a plain model: {TRACES} random traces, {} steps; opened {}, closed {}, probes {}, of them cancelled {}, overdue {}, answered late {}, turned away {}, ended after a change of state {}",
        seen.steps,
        seen.opened,
        seen.closed,
        seen.probes,
        seen.cancelled_probes,
        seen.overdue_probes,
        seen.late_answers,
        seen.refused,
        seen.late
    );
    row(
        "16",
        &ran,
        "0 differences; half open lets exactly 1 through; 0 wedged",
    );
    let least = [
        seen.opened,
        seen.closed,
        seen.probes,
        seen.cancelled_probes,
        seen.overdue_probes,
        seen.refused,
        seen.late,
    ];
    assert!(least.iter().all(|it| *it > TRACES / 20), "{seen:?}");
    assert!(seen.late_answers > TRACES / 50, "{seen:?}");
}
