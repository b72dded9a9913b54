//! A breaker under the schedules that shuttle makes up: before and after any use of its state, another task may run.
//!
//! Compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::scheduler::RandomScheduler;
use shuttle::{Config, Runner, current, thread};

use super::*;

const SCHEDULES: usize = 10_000;
const CALLERS: usize = 4;

/// Lets shuttle go on with any task. Outside of its executions it does nothing.
pub(super) fn switch() {
    if current::try_get_current_task().is_some() {
        // not `yield_now`, which asks for another task
        thread::sleep(Duration::ZERO);
    }
}

/// A breaker that is due to probe at the instant that is given with it.
fn due() -> (Breaker, Instant) {
    let breaker = Breaker::new().calls(1);
    let opened = clock::now();
    let permit = breaker.admit_at(opened).unwrap();
    permit.record_at(Health::Bad, 0.0, opened);
    (breaker, opened + Duration::from_secs(15))
}

/// A breaker whose probe hangs, and that is due for the next one.
fn hung() -> (Breaker, Instant, Permit) {
    let (breaker, now) = due();
    let probe = breaker.admit_at(now).unwrap();
    (breaker, now + Duration::from_secs(15 + 30), probe)
}

type Act = fn(&Breaker, Instant, &Tally);

/// Lets so many callers do what `act` does, in one schedule after the other.
fn explore(act: Act, verdict: Act) {
    explore_from(|_| due(), act, verdict);
}

fn explore_from(begin: fn(&Tally) -> (Breaker, Instant), act: Act, verdict: Act) {
    let scheduler = RandomScheduler::new_from_seed(16, SCHEDULES);
    Runner::new(scheduler, Config::new()).run(move || {
        let tally = Arc::new(Tally::default());
        let (breaker, now) = begin(&tally);
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (breaker, tally) = (breaker.clone(), Arc::clone(&tally));
                thread::spawn(move || act(&breaker, now, &tally))
            })
            .collect();
        for caller in callers {
            caller.join().unwrap();
        }
        verdict(&breaker, now, &tally);
    });
}

#[derive(Default)]
struct Tally {
    admitted: AtomicUsize,
    probing: AtomicUsize,
    /// The most that were probing together.
    together: AtomicUsize,
    kept: Mutex<Vec<Permit>>,
}

impl Tally {
    fn probe(&self) {
        self.admitted.fetch_add(1, Ordering::Relaxed);
        let probing = self.probing.fetch_add(1, Ordering::Relaxed) + 1;
        self.together.fetch_max(probing, Ordering::Relaxed);
        switch();
        self.probing.fetch_sub(1, Ordering::Relaxed);
    }

    fn admitted(&self) -> usize {
        self.admitted.load(Ordering::Relaxed)
    }

    fn together(&self) -> usize {
        self.together.load(Ordering::Relaxed)
    }
}

#[test]
fn of_callers_that_come_together_exactly_one_is_let_through() {
    let act = |breaker: &Breaker, now, tally: &Tally| {
        if let Ok(permit) = breaker.admit_at(now) {
            tally.probe();
            tally.kept.lock().unwrap().push(permit);
        }
    };
    explore(act, |_, _, tally| assert_eq!(tally.admitted(), 1));
}

#[test]
fn however_probes_are_cancelled_there_is_one_at_a_time_and_it_closes_in_the_end() {
    let act = |breaker: &Breaker, now, tally: &Tally| {
        if let Ok(permit) = breaker.admit_at(now) {
            tally.probe();
            drop(permit);
        }
    };
    explore(act, |breaker, now, tally| {
        assert!(tally.admitted() >= 1);
        assert_eq!(tally.together(), 1);
        let probe = breaker.admit_at(now).unwrap();
        probe.record_at(Health::Good, 0.0, now);
        assert_eq!(breaker.state_at(now), BreakerState::Closed);
    });
}

#[test]
fn however_long_a_probe_hangs_exactly_one_takes_its_place() {
    let begin = |tally: &Tally| {
        let (breaker, now, probe) = hung();
        tally.kept.lock().unwrap().push(probe);
        (breaker, now)
    };
    let act = |breaker: &Breaker, now, tally: &Tally| {
        if let Ok(permit) = breaker.admit_at(now) {
            tally.probe();
            tally.kept.lock().unwrap().push(permit);
        }
    };
    explore_from(begin, act, |_, _, tally| assert_eq!(tally.admitted(), 1));
}

#[test]
fn a_late_answer_closes_it_whatever_else_goes_on() {
    static CLOSED_UNDER_A_PROBE: AtomicUsize = AtomicUsize::new(0);
    let begin = |tally: &Tally| {
        let (breaker, now, probe) = hung();
        tally.kept.lock().unwrap().push(probe);
        (breaker, now)
    };
    let act = |breaker: &Breaker, now, tally: &Tally| {
        let late = tally.kept.lock().unwrap().pop();
        if let Some(late) = late {
            late.record_at(Health::Good, 0.0, now);
            let probing = tally.probing.load(Ordering::Relaxed);
            CLOSED_UNDER_A_PROBE.fetch_add(probing, Ordering::Relaxed);
        } else if let Ok(permit) = breaker.admit_at(now) {
            tally.probe();
            drop(permit);
        }
    };
    explore_from(begin, act, |breaker, now, _| {
        assert_eq!(breaker.state_at(now), BreakerState::Closed);
    });
    assert!(CLOSED_UNDER_A_PROBE.load(Ordering::Relaxed) > 0);
}

#[test]
fn callers_that_look_at_the_state_and_then_call_are_caught_probing_together() {
    static CAUGHT: AtomicUsize = AtomicUsize::new(0);
    let bug = |breaker: &Breaker, now, tally: &Tally| {
        if breaker.state_at(now) == BreakerState::HalfOpen {
            tally.probe();
        }
    };
    explore(bug, |_, _, tally| {
        CAUGHT.fetch_add(usize::from(tally.together() > 1), Ordering::Relaxed);
    });
    assert!(CAUGHT.load(Ordering::Relaxed) > SCHEDULES / 2);
}
