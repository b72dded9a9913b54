//! Random traces against a model that is plain rather than fast. It shares no code with the breaker: it keeps all calls
//! and outcomes, and works out anew each time what they amount to.

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
    /// The call that is the probe, while there is one.
    probe: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Closed,
    /// In sixteenths of a millisecond.
    Open(u64),
    HalfOpen,
}

/// Time is in sixteenths of a millisecond, so that chance adds whole numbers.
const TICK: Duration = Duration::from_nanos(62_500);

fn ticks(number: u64) -> Duration {
    TICK * u32::try_from(number).unwrap()
}

impl Model {
    fn now_is(&self, now: u64) -> BreakerState {
        match self.changes.last() {
            None | Some((_, Phase::Closed)) => BreakerState::Closed,
            Some((_, Phase::HalfOpen)) => BreakerState::HalfOpen,
            Some((at, Phase::Open(lasts))) if now < at + lasts => BreakerState::Open {
                retry_in: ticks(at + lasts - now),
            },
            Some((_, Phase::Open(_))) => BreakerState::HalfOpen,
        }
    }

    /// Whether the call is let through; if not, when to ask again.
    fn admit(&mut self, call: usize, now: u64) -> Result<(), Duration> {
        match self.now_is(now) {
            BreakerState::Closed => Ok(()),
            BreakerState::Open { retry_in } => Err(retry_in),
            BreakerState::HalfOpen if self.probe.is_some() => Err(ticks(self.plain.open_ms * 16)),
            BreakerState::HalfOpen => {
                self.probe = Some(call);
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
        if self.probe == Some(call) {
            self.probe = None;
            match health {
                Health::Unknown => {}
                Health::Good | Health::Neutral => self.changes.push((now, Phase::Closed)),
                Health::Bad => self.open(quarters, now),
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
        let failed_probes = since_closed.filter(|it| matches!(it.1, Phase::Open(_)));
        let doubled = self.plain.open_ms << failed_probes.count().min(20);
        let ms = doubled.min(120_000.max(self.plain.open_ms));
        self.changes.push((now, Phase::Open(ms * (16 + quarters))));
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
                if let BreakerState::Open { retry_in } = model.now_is(now) {
                    let left = retry_in.as_nanos() / TICK.as_nanos();
                    now += u64::try_from(left).unwrap() - rng.u64(..2);
                }
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
                let before = model.changes.len();
                seen.late += u64::from(call.begun_after != before);
                let probe = model.probe == Some(call.number);
                seen.cancelled_probes += u64::from(probe && health == Health::Unknown);
                model.end(call.number, call.begun_after, health, quarters, now);
                if model.changes.len() > before {
                    let closed = model.now_is(now) == BreakerState::Closed;
                    seen.closed += u64::from(closed);
                    seen.opened += u64::from(!closed);
                }
                match health {
                    Health::Unknown if rng.bool() => drop(call.permit),
                    _ => call
                        .permit
                        .record_at(health, quarters as f64 / 4.0, at(now)),
                }
            }
        }
        let (state, expected) = (breaker.state_at(at(now)), model.now_is(now));
        assert_eq!(state, expected, "seed {seed}, step {number}, {plain:?}");
        seen.steps += 1;
    }
    never_wedged(seed, &breaker, under_way, at(now));
}

/// Whatever has happened, once all calls are cancelled and the time is over, one good call closes it.
fn never_wedged(seed: u64, breaker: &Breaker, under_way: Vec<Call>, mut now: Instant) {
    drop(under_way);
    if let BreakerState::Open { retry_in } = breaker.state_at(now) {
        assert!(breaker.admit_at(now).is_err(), "seed {seed}");
        now += retry_in;
    }
    let half_open = breaker.state_at(now) == BreakerState::HalfOpen;
    drop(breaker.admit_at(now));
    let mut admitted: Vec<_> = (0..4).flat_map(|_| breaker.admit_at(now).ok()).collect();
    assert_eq!(admitted.len(), if half_open { 1 } else { 4 }, "seed {seed}");
    let permit = admitted.pop().unwrap();
    permit.record_at(Health::Good, 0.0, now);
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
        "breaker beside a plain model: {TRACES} random traces, {} steps; opened {}, closed {}, probes {}, of them cancelled {}, turned away {}, ended after a change of state {}",
        seen.steps,
        seen.opened,
        seen.closed,
        seen.probes,
        seen.cancelled_probes,
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
        seen.refused,
        seen.late,
    ];
    assert!(least.iter().all(|it| *it > TRACES / 20), "{seen:?}");
}
