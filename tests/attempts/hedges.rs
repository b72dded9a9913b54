//! A second attempt beside the first: when there is none, and what decides when both fail.

use std::time::Duration;

use zyn::policy::{Hedging, Outcome as Ending, Reason};
use zyn::prelude::*;
use zyn::{Failure, ProviderError, Usage};

use crate::model::{Outcome, SECOND, answer, answering, detailed, failed, fire, greet, model};

/// Beside each call that takes longer than a second.
fn hedging() -> Hedging {
    Hedging::after(SECOND).part(1.0)
}

#[tokio::test(start_paused = true)]
async fn what_is_made_once_at_most_has_none() {
    let slow = || answering("m", 10 * SECOND, "hi").hedging(hedging());
    let llm = slow();
    fire(&llm).await.unwrap();
    assert_eq!(llm.spend().attempts, 2, "any other call has one");

    let llm = slow().at_most_once();
    fire(&llm).await.unwrap();
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (1, 0));

    let llm = slow();
    let once = greet().at_most_once();
    once.fire(&llm, &mut Session::new(), "Ada").await.unwrap();
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (1, 0));
}

/// The first attempt fails after three seconds; the one beside it, made after one, fails earlier. All after them answer.
fn both_fail(first: Outcome, second: Outcome) -> Llm {
    let llm = model("m", move |attempt| match attempt {
        0 => (3 * SECOND, first.clone()),
        1 => (SECOND, second.clone()),
        _ => (Duration::ZERO, answer("hi", Usage::new(1, 1))),
    });
    llm.hedging(hedging())
}

#[tokio::test(start_paused = true)]
async fn when_both_fail_the_one_that_may_have_been_billed_decides() {
    let turned_away = || failed(Failure::RateLimit);
    let ambiguous = || failed(Failure::Server);
    for (first, second) in [(turned_away(), ambiguous()), (ambiguous(), turned_away())] {
        let llm = both_fail(first, second).retry(0);
        let error = fire(&llm).await.unwrap_err();
        let kind = &error.provider().unwrap().kind;
        assert_eq!((kind, error.attempts()), (&Failure::Server, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn after_two_that_failed_what_may_have_been_billed_is_repeated_once() {
    let [turned_away, ambiguous] = [Failure::RateLimit, Failure::Server];
    for both in [
        [turned_away.clone(), ambiguous.clone()],
        [ambiguous, turned_away],
    ] {
        let [first, second] = both;
        let llm = model("m", move |attempt| match attempt {
            0 => (3 * SECOND, failed(first.clone())),
            1 => (SECOND, failed(second.clone())),
            2 => (Duration::ZERO, failed(Failure::Server)),
            _ => (Duration::ZERO, answer("hi", Usage::new(1, 1))),
        });
        let llm = llm.retry(9).hedging(hedging());
        let error = fire(&llm).await.unwrap_err();
        assert_eq!(error.provider().unwrap().kind, Failure::Server);
        // the one beside the first, and the retry
        assert_eq!((llm.spend().attempts, llm.spend().repeated), (3, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn when_both_are_turned_away_the_longer_wait_counts() {
    let wait = |seconds: u32| {
        let mut error = ProviderError::new("test", Failure::RateLimit);
        error.retry_after = Some(seconds * SECOND);
        Err(error)
    };
    for (first, second) in [(wait(1), wait(30)), (wait(30), wait(1))] {
        let llm = both_fail(first, second);
        let log = detailed(&llm).await.unwrap().log;
        assert_eq!(log[2].reason, Reason::Retry);
        assert!(log[2].waited >= 30 * SECOND, "{log:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn when_both_fail_a_server_that_does_not_want_it_again_is_heeded() {
    let not_again = || {
        let mut error = ProviderError::new("test", Failure::Overloaded);
        error.should_retry = Some(false);
        Err(error)
    };
    let overloaded = || failed(Failure::Overloaded);
    for (first, second) in [(overloaded(), not_again()), (not_again(), overloaded())] {
        let llm = both_fail(first, second);
        assert_eq!(fire(&llm).await.unwrap_err().attempts(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_says_how_long_the_slower_one_was_waited_for() {
    let llm = model("m", |attempt| {
        let time = if attempt == 0 { 60 * SECOND } else { SECOND };
        (time, answer("hi", Usage::new(1, 1)))
    });
    let llm = llm.hedging(hedging());
    let log = detailed(&llm).await.unwrap().log;
    assert_eq!(log.len(), 2, "{log:?}");
    assert_eq!(
        (&log[0].outcome, log[0].elapsed),
        (&Ending::CutOff, 2 * SECOND)
    );
    assert_eq!(
        (&log[1].outcome, log[1].elapsed),
        (&Ending::Answered, SECOND)
    );
}
