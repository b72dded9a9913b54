use proptest::prelude::*;

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn note(hedging: &Hedging, times: impl IntoIterator<Item = u64>) {
    for time in times {
        hedging.took(ms(time));
    }
}

#[test]
fn nothing_is_known_before_twenty_calls() {
    let hedging = Hedging::p95();
    note(&hedging, 1..=19);
    assert_eq!(hedging.delay(), None);
    note(&hedging, [20]);
    assert_eq!(hedging.delay(), Some(ms(19)));
}

#[test]
fn it_waits_for_what_95_of_the_last_100_calls_took_at_most() {
    let hedging = Hedging::p95();
    note(&hedging, (1..=100).rev());
    assert_eq!(hedging.delay(), Some(ms(95)));
    // the slowest were the oldest, and go first
    note(&hedging, [1; 3]);
    assert_eq!(hedging.delay(), Some(ms(92)));
    note(&hedging, [7; 97]);
    assert_eq!(hedging.delay(), Some(ms(7)));
}

#[test]
fn a_fixed_wait_needs_to_know_nothing_and_learns_nothing() {
    let hedging = Hedging::after(ms(300));
    assert_eq!(hedging.delay(), Some(ms(300)));
    note(&hedging, [1; 50]);
    assert_eq!(hedging.delay(), Some(ms(300)));
}

#[test]
fn one_call_in_twenty_may_be_asked_twice() {
    let hedging = Hedging::p95();
    assert!(!hedging.take());
    for _ in 0..1_000 {
        for _ in 0..19 {
            hedging.call();
            assert!(!hedging.take());
        }
        hedging.call();
        assert!(hedging.take() && !hedging.take());
    }
}

#[test]
fn ten_are_saved_at_most() {
    let hedging = Hedging::p95().part(1.0);
    for _ in 0..1_000 {
        hedging.call();
    }
    let taken = std::iter::repeat_with(|| hedging.take()).take_while(|it| *it);
    assert_eq!(taken.count(), 10);
}

#[test]
fn callers_beside_each_other_take_no_more_than_was_saved() {
    let hedging = Hedging::p95().part(0.01);
    let taken: usize = std::thread::scope(|scope| {
        let callers = [(); 4].map(|()| {
            let hedging = hedging.clone();
            scope.spawn(move || {
                let take = |()| {
                    hedging.call();
                    usize::from(hedging.take())
                };
                std::iter::repeat_n((), 5_000).map(take).sum::<usize>()
            })
        });
        callers.into_iter().map(|it| it.join().unwrap()).sum()
    });
    // each of 20,000 calls is followed by a taking, so nothing is left over or too much
    assert_eq!(taken, 200);
}

proptest! {
    #[test]
    fn over_any_stretch_no_more_are_asked_twice_than_the_part_and_what_may_be_saved(
        thousandths in 1_u32..=1_000,
        steps in prop::collection::vec(any::<bool>(), 0..2_000),
        from in 0_usize..2_000,
    ) {
        let hedging = Hedging::p95().part(f64::from(thousandths) / 1_000.0);
        let (mut calls, mut taken) = (0_u32, 0_u32);
        let (mut calls_since, mut taken_since) = (0_u32, 0_u32);
        for (number, is_call) in steps.into_iter().enumerate() {
            let took = if is_call {
                hedging.call();
                0
            } else {
                u32::from(hedging.take())
            };
            calls += u32::from(is_call);
            taken += took;
            prop_assert!(taken * 1_000 <= thousandths * calls);
            if number >= from {
                calls_since += u32::from(is_call);
                taken_since += took;
                prop_assert!(taken_since * 1_000 <= thousandths * calls_since + 10_000);
            }
        }
    }
}

#[test]
fn a_clone_is_the_same_and_an_option_makes_a_new_one() {
    let hedging = Hedging::p95().part(1.0);
    hedging.clone().call();
    note(&hedging.clone(), [5; 20]);
    let new = hedging.clone().part(1.0);
    assert_eq!((new.delay(), new.take()), (None, false));
    assert_eq!((hedging.delay(), hedging.take()), (Some(ms(5)), true));
}

#[test]
fn values_that_cannot_work_are_refused_with_what_to_set() {
    for part in [0.0, -0.1, 1.01, f64::NAN, f64::INFINITY] {
        let error = Hedging::p95().part(part).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the hedging cannot work: `.part(…)` is a part of the calls; give it more than 0 and at most 1"
        );
    }
    let error = Hedging::after(Duration::ZERO).check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the hedging cannot work: `Hedging::after(…)` does not wait; give it more than no time"
    );
    assert_eq!(Hedging::p95().part(1.0).check(), Ok(()));
    assert_eq!(Hedging::after(ms(1)).check(), Ok(()));
}

#[test]
fn debug_shows_the_settings() {
    let hedging = Hedging::p95();
    note(&hedging, [5; 20]);
    assert_eq!(format!("{hedging:?}"), "Hedging { wait: P95, part: 0.05 }");
    let hedging = Hedging::after(ms(300)).part(0.1);
    assert_eq!(
        format!("{hedging:?}"),
        "Hedging { wait: Fixed(300ms), part: 0.1 }"
    );
}
