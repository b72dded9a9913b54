//! A breaker counts what the endpoint did, and not what held a call up on this side.

use std::time::Duration;

use zyn::policy::{Breaker, BreakerState, RateLimit};
use zyn::prelude::*;
use zyn::refusal::Shed;
use zyn::{ErrorKind, Failure, Usage};

use crate::model::{SECOND, answer, answering, failed, fire, greet, model};

/// Opens at the first failure.
fn breaker() -> Breaker {
    Breaker::new().calls(1)
}

fn is_open(breaker: &Breaker) -> bool {
    matches!(breaker.state(), BreakerState::Open { .. })
}

#[tokio::test(start_paused = true)]
async fn calls_that_end_in_the_line_of_the_rate_limit_leave_it_closed() {
    let breaker = breaker();
    // the answers are longer than was asked for, so that who is in the line waits for longer than was foreseen
    let limit = RateLimit::new().tokens(60_000).burst(SECOND);
    let long = |_| (SECOND / 2, answer("hi", Usage::new(100, 50_000)));
    let llm = model("m", long).retry(0).max_tokens(900);
    let llm = llm.rate_limit(&limit).breaker(&breaker);
    let first = tokio::spawn({
        let llm = llm.clone();
        async move { fire(&llm).await }
    });
    tokio::task::yield_now().await;
    let waiting: Vec<_> = (0..9)
        .map(|call| {
            // some are told by the limit, and some are dropped while they wait
            let llm = llm.clone().timeout(match call % 2 {
                0 => 20 * SECOND,
                _ => 600 * SECOND,
            });
            let caller = 20 * SECOND + SECOND / 4;
            tokio::spawn(async move { tokio::time::timeout(caller, fire(&llm)).await })
        })
        .collect();
    first.await.unwrap().unwrap();
    let mut told = 0;
    for call in waiting {
        if let Ok(outcome) = call.await.unwrap() {
            let error = outcome.unwrap_err();
            let kind = error.kind();
            assert!(
                matches!(kind, ErrorKind::Shed(Shed::Deadline { .. })),
                "{error}"
            );
            told += 1;
        }
    }
    assert_eq!((told, llm.spend().attempts), (5, 1));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn callers_with_little_time_leave_it_closed() {
    let breaker = breaker();
    let llm = answering("m", 100 * SECOND, "hi").breaker(&breaker);
    for millis in [10, 1_000, 9_999] {
        let limit = Duration::from_millis(millis);
        let hasty = greet().timeout(limit);
        let hasty = hasty.fire(&llm, &mut Session::new(), "Ada").await;
        let error = hasty.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    }
    assert_eq!(llm.spend().attempts, 3);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_ten_seconds_that_the_deadline_ends_opens_it() {
    let breaker = breaker();
    let llm = answering("m", 100 * SECOND, "hi").breaker(&breaker);
    let llm = llm.timeout(10 * SECOND);
    let error = fire(&llm).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    assert!(is_open(&breaker));
}

#[tokio::test(start_paused = true)]
async fn time_in_the_line_is_not_the_endpoints() {
    let breaker = breaker();
    let limit = RateLimit::new().requests(4).burst(SECOND);
    let llm = model("m", |attempt| {
        let time = if attempt == 0 { SECOND } else { 100 * SECOND };
        (time, answer("hi", Usage::new(1, 1)))
    });
    let llm = llm.rate_limit(&limit).breaker(&breaker);
    fire(&llm).await.unwrap();
    // 14 s in the line, and 5 s for the endpoint
    let error = fire(&llm.clone().timeout(19 * SECOND)).await.unwrap_err();
    let [attempt] = error.log() else {
        panic!("{error:?}")
    };
    assert_eq!((attempt.waited, attempt.elapsed), (14 * SECOND, 5 * SECOND));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_leaves_it_closed() {
    let breaker = breaker();
    let llm = answering("m", SECOND, "hi").breaker(&breaker);
    let llm = llm.timeout(15 * SECOND);
    for is_dropped in [true, false] {
        let mut session = Session::new();
        let mut stream = greet().stream(&llm, &mut session, "Ada").unwrap();
        let text = tokio::time::timeout(SECOND / 2, stream.text()).await;
        assert!(text.is_err(), "the attempt is under way");
        tokio::time::sleep(20 * SECOND).await;
        match is_dropped {
            true => drop(stream),
            // it is too late by now, whatever the model has said
            false => drop(stream.finish().await),
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_stands_in_the_line_while_it_opens_is_not_sent() {
    let breaker = breaker().open_for(100 * SECOND);
    let limit = RateLimit::new().requests(60).burst(2 * SECOND);
    let llm = model("m", |_| (SECOND / 2, failed(Failure::Unavailable))).retry(0);
    let llm = llm.rate_limit(&limit).breaker(&breaker);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            tokio::spawn({
                let llm = llm.clone();
                async move { fire(&llm).await.unwrap_err() }
            })
        })
        .collect();
    let mut turned_away = 0;
    for call in calls {
        let error = call.await.unwrap();
        turned_away += u64::from(matches!(error.kind(), ErrorKind::CircuitOpen { .. }));
    }
    assert!(is_open(&breaker));
    // two came at once, and the others were in the line
    assert_eq!((llm.spend().attempts, turned_away), (2, 8));
    assert_eq!(limit.waiting(), 0);
}
