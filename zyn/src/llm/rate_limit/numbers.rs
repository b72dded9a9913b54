//! 10,000 random traces, whose calls wait, are given up and are settled in every way, beside a plain account.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fastrand::Rng;
use tokio::task::{LocalSet, yield_now};
use tokio::time::{sleep_until, timeout};

use super::measure::Measure;
use super::plain::Plain;
use super::*;
use crate::clock;
use crate::numbers::row;

const TRACES: u64 = 10_000;
const MINUTE: u128 = Duration::from_secs(60).as_nanos();
/// A wait ends at a whole millisecond, for tokio's timers do.
const TICK: u128 = Duration::from_millis(1).as_nanos();
/// Longer than any wait of these traces.
const PATIENT: Duration = Duration::from_secs(1_000_000);

/// A trace that is run, and what is known of it from the outside.
struct Trace {
    seed: u64,
    limit: RateLimit,
    start: Instant,
    limits: Vec<(Measure, i128)>,
    account: RefCell<Vec<Plain>>,
    /// The calls that have come.
    came: Cell<u64>,
    /// The last of them that was let through.
    last: Cell<Option<u64>>,
    /// When something last happened for which a call may be let through that could not be before.
    changed: Cell<u128>,
    paused: Cell<u128>,
    tally: Cell<Tally>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    admitted: u64,
    waited: u64,
    given_up: u64,
    turned_away: u64,
    in_debt: u64,
    settled: [u64; 5],
}

/// One call of a trace.
struct Plan {
    at: Duration,
    need: Usage,
    patience: Duration,
    given_up_after: Duration,
    takes: Duration,
    charge: Option<Charge>,
}

impl Trace {
    fn new(seed: u64, rng: &mut Rng) -> Self {
        let mut limit = RateLimit::new();
        let some = rng.u8(1..16);
        if some & 1 != 0 {
            limit = limit.requests(rng.u32(1..=200));
        }
        if some & 2 != 0 {
            limit = limit.tokens(rng.u64(1..=20_000));
        }
        if some & 4 != 0 {
            limit = limit.input_tokens(rng.u64(1..=20_000));
        }
        if some & 8 != 0 {
            limit = limit.output_tokens(rng.u64(1..=5_000));
        }
        let burst = Duration::from_nanos(rng.u64(1..=90_000_000_000));
        let limit = limit.burst(burst).queue(rng.usize(5..60));
        let limits: Vec<_> = limit.rules.limits().collect();
        let account = limits
            .iter()
            .map(|(_, per_minute)| Plain::new(*per_minute, burst.as_nanos()));
        let limited =
            |(measure, per_minute): &(Measure, u64)| (*measure, measure::parts(*per_minute));
        Self {
            seed,
            start: clock::now(),
            account: RefCell::new(account.collect()),
            limits: limits.iter().map(limited).collect(),
            limit,
            came: Cell::default(),
            last: Cell::default(),
            changed: Cell::default(),
            paused: Cell::default(),
            tally: Cell::default(),
        }
    }

    fn now(&self) -> u128 {
        (clock::now() - self.start).as_nanos()
    }

    fn count(&self, change: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        change(&mut tally);
        self.tally.set(tally);
    }

    /// Most calls need a part of a bucket, and some more than it holds.
    fn plan(&self, rng: &mut Rng) -> Plan {
        let account = self.account.borrow();
        let of = |wanted: &[Measure], rng: &mut Rng| {
            let mut capacities = account.iter().zip(&self.limits);
            let bucket = capacities.find(|(_, (measure, _))| wanted.contains(measure));
            let capacity = bucket.map_or(100, |(bucket, _)| bucket.capacity / bucket::ONE);
            let most = u64::try_from(capacity).unwrap();
            let most = if rng.u8(..8) == 0 { most * 2 } else { most / 3 };
            rng.u64(0..=most)
        };
        let input = of(&[Measure::InputTokens, Measure::Tokens], rng);
        let output = of(&[Measure::OutputTokens, Measure::Tokens], rng);
        let used = |estimate: u64, rng: &mut Rng| rng.u64(0..=estimate + estimate / 4);
        let charge = match rng.u8(..8) {
            0 => Some(Charge::Nothing),
            1 => Some(Charge::TurnedAway),
            2 => Some(Charge::Unknown),
            3 => None,
            _ => Some(Charge::Used(Usage::new(
                used(input, rng),
                used(output, rng),
            ))),
        };
        let seconds = |most: u64, rng: &mut Rng| Duration::from_millis(rng.u64(0..=most * 1_000));
        let mut one_in = |n: u8, most: u64| match rng.u8(..n) {
            0 => seconds(most, rng),
            _ => PATIENT,
        };
        let (patience, given_up_after) = (one_in(4, 60), one_in(4, 20));
        Plan {
            at: seconds(120, rng),
            need: Usage::new(input, output),
            patience,
            given_up_after,
            takes: seconds(30, rng),
            charge,
        }
    }

    async fn call(self: Rc<Self>, plan: Plan) {
        sleep_until(self.start + plan.at).await;
        let call = self.came.replace(self.came.get() + 1);
        let ask = self.limit.admit(plan.need, clock::after(plan.patience));
        let admitted = match timeout(plan.given_up_after, ask).await {
            Ok(Ok(admitted)) => admitted,
            gone => {
                self.changed.set(self.now());
                match gone {
                    Err(_) => self.count(|tally| tally.given_up += 1),
                    Ok(shed) => {
                        let hasty = plan.patience < PATIENT;
                        let full = matches!(shed, Err(Shed::Queue { .. }));
                        assert!(hasty || full, "seed {}: waited for ever", self.seed);
                        self.count(|tally| tally.turned_away += 1);
                    }
                }
                return self.compare();
            }
        };
        self.admitted(call, plan.need, admitted.waited);
        tokio::time::sleep(plan.takes).await;
        self.changed.set(self.now());
        for ((measure, _), plain) in self.limits.iter().zip(&mut *self.account.borrow_mut()) {
            match (plan.charge, measure) {
                (Some(Charge::Nothing), _) => plain.settle(call, 0),
                (_, Measure::Requests) | (None | Some(Charge::Unknown), _) => {}
                (Some(Charge::TurnedAway), _) => plain.settle(call, 0),
                (Some(Charge::Used(usage)), measure) => plain.settle(call, measure.of(usage)),
            }
        }
        let kind = match plan.charge {
            None => 0,
            Some(Charge::Unknown) => 1,
            Some(Charge::Nothing) => 2,
            Some(Charge::TurnedAway) => 3,
            Some(Charge::Used(_)) => 4,
        };
        match plan.charge {
            None => drop(admitted),
            Some(charge) => admitted.settle(charge),
        }
        self.count(|tally| tally.settled[kind] += 1);
        self.compare();
    }

    /// Holds a call that was let through against everything that is promised of it.
    fn admitted(&self, call: u64, need: Usage, waited: Duration) {
        let (seed, now) = (self.seed, self.now());
        assert!(
            self.last.get() < Some(call),
            "seed {seed}: {call} passed another"
        );
        self.last.set(Some(call));
        assert!(now >= self.paused.get(), "seed {seed}: in a pause");

        let mut account = self.account.borrow_mut();
        let there = |at: u128, account: &[Plain]| {
            let buckets = self.limits.iter().zip(account);
            buckets.fold(true, |there, ((measure, _), plain)| {
                there && plain.level(at) >= measure.of(need).min(plain.capacity)
            })
        };
        assert!(there(now, &account), "seed {seed}: there was not enough");
        if now - TICK.min(now) >= self.changed.get() && !waited.is_zero() {
            let sooner = now - TICK;
            let held_up = sooner < self.paused.get() || !there(sooner, &account);
            assert!(held_up, "seed {seed}: {call} could have gone sooner");
        }
        for ((measure, limit), plain) in self.limits.iter().zip(&mut *account) {
            let need = measure.of(need);
            plain.take(now, call, need);
            let above_the_burst = (need - plain.capacity).max(0);
            let most = limit + plain.capacity + above_the_burst;
            let taken = plain.taken_since(now.saturating_sub(MINUTE));
            assert!(taken <= most, "seed {seed}: {taken} of {most}");
            self.count(|tally| tally.in_debt += u64::from(above_the_burst > 0));
        }
        drop(account);
        self.changed.set(now);
        self.count(|tally| {
            tally.admitted += 1;
            tally.waited += u64::from(!waited.is_zero());
        });
        self.compare();
    }

    /// The buckets hold exactly what they would if what came back, and who was given up, had never been.
    fn compare(&self) {
        let now = self.now();
        let levels = self.limit.gate.state().levels(clock::now());
        let account = self.account.borrow();
        let plain: Vec<_> = account.iter().map(|plain| plain.level(now)).collect();
        assert_eq!(levels, plain, "seed {}", self.seed);
    }

    /// A provider says how much is left, or how long to wait.
    async fn provider(self: Rc<Self>, mut rng: Rng) {
        sleep_until(self.start + Duration::from_millis(rng.u64(..60_000))).await;
        if rng.bool() {
            let until = clock::after(Duration::from_millis(rng.u64(..20_000)));
            self.limit.pause(until);
            self.paused.set((until - self.start).as_nanos());
        } else {
            let left = rng.u64(..50);
            self.limit.heed(Remaining {
                requests: Some(left),
                tokens: Some(left),
                input_tokens: Some(left),
                output_tokens: Some(left),
            });
            for plain in &mut *self.account.borrow_mut() {
                plain.lower(self.now(), measure::parts(left));
            }
        }
        self.compare();
    }
}

#[test]
fn no_trace_of_10_000_passes_its_limit_and_burst_or_another_call_or_keeps_what_came_back() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut sum = Tally::default();
    for seed in 0..TRACES {
        let mut rng = Rng::with_seed(seed);
        let tally = LocalSet::new().block_on(&runtime, async {
            let trace = Rc::new(Trace::new(seed, &mut rng));
            let mut calls: Vec<_> = (0..rng.u8(8..30))
                .map(|_| tokio::task::spawn_local(Rc::clone(&trace).call(trace.plan(&mut rng))))
                .collect();
            if rng.bool() {
                let provider = Rc::clone(&trace).provider(rng.fork());
                calls.push(tokio::task::spawn_local(provider));
            }
            for call in calls {
                call.await.unwrap();
            }
            yield_now().await;
            assert_eq!(trace.limit.waiting(), 0, "seed {seed}");
            trace.compare();
            trace.tally.get()
        });
        sum.admitted += tally.admitted;
        sum.waited += tally.waited;
        sum.given_up += tally.given_up;
        sum.turned_away += tally.turned_away;
        sum.in_debt += tally.in_debt;
        for (sum, tally) in sum.settled.iter_mut().zip(tally.settled) {
            *sum += tally;
        }
    }
    let seen = [sum.waited, sum.given_up, sum.turned_away, sum.in_debt];
    assert!(
        seen.iter().chain(&sum.settled).all(|count| *count > 4_000),
        "{sum:?}"
    );
    let ran = format!(
        "{TRACES} random traces of a rate limit: {} calls let through, {} of them after a wait; {} given up, {} turned away",
        sum.admitted, sum.waited, sum.given_up, sum.turned_away
    );
    row(
        "15",
        &ran,
        "in any 60 s at most the limit, the burst and what one call needs above it; none passed another; none waited longer than it had to; buckets exact after everything that came back",
    );
}
