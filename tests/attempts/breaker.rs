//! A breaker counts what the endpoint did, and not what held a call up on this side.

use std::time::Duration;

use zyn::policy::{Breaker, BreakerState, RateLimit};
use zyn::prelude::*;
use zyn::refusal::Shed;
use zyn::{ErrorKind, Failure, Usage};

use crate::model::{SECOND, answer, answering, failing, fire, greet, model};

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
async fn a_call_that_stood_in_line_is_not_sent_when_the_circuit_has_opened_meanwhile() {
    let limit = RateLimit::new().requests(60).burst(Duration::from_secs(1));
    let llm = failing("down", Failure::Connect)
        .retry(0)
        .breaker(Breaker::new().calls(2))
        .rate_limit(&limit);
    let calls = (0..20).map(|_| {
        let llm = llm.clone();
        tokio::spawn(async move { fire(&llm).await.unwrap_err() })
    });
    let mut spared = 0;
    for call in calls.collect::<Vec<_>>() {
        let error = call.await.unwrap();
        spared += u32::from(matches!(error.kind(), ErrorKind::CircuitOpen { .. }));
    }
    assert!(llm.spend().attempts <= 4, "{:?}", llm.spend());
    assert!(spared >= 16, "{spared}");
}
