//! A breaker, as fires see it.

use std::time::Duration;

use tokio::task::JoinSet;
use zyn::policy::{Breaker, BreakerState, Fallback};
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{ConfigError, ErrorKind, Failure};

use crate::model::{Model, answer, failed, greet, seconds};

fn is_open(breaker: &Breaker) -> bool {
    matches!(breaker.state(), BreakerState::Open { .. })
}

/// Waits until a call is let through again.
async fn cooled(breaker: &Breaker) {
    while let BreakerState::Open { retry_in } = breaker.state() {
        tokio::time::sleep(retry_in).await;
    }
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
}

/// Fails so often, then as told.
fn down_for(failures: usize, then: Duration) -> Model {
    Model::by(move |call| match call < failures {
        true => (Duration::ZERO, Err(failed(Failure::Connect))),
        false => (then, Ok(answer("Hi"))),
    })
}

#[tokio::test(start_paused = true)]
async fn it_opens_at_a_part_of_the_calls_and_asks_again_after_the_set_time() {
    let breaker = Breaker::new().calls(4).failures(0.5).open_for(seconds(15));
    // two of four fail, and not two in a row
    let model = Model::giving([
        Ok("a"),
        Err(Failure::Connect),
        Ok("b"),
        Err(Failure::Connect),
        Ok("c"),
    ]);
    let llm = model.llm().retry(0).breaker(&breaker);
    for _ in 0..4 {
        assert_eq!(breaker.state(), BreakerState::Closed);
        let _ = greet(&llm).await;
    }
    let BreakerState::Open { retry_in } = breaker.state() else {
        panic!("{:?}", breaker.state())
    };
    assert!(retry_in >= seconds(15) && retry_in <= Duration::from_millis(18_750));
    assert!(greet(&llm).await.is_err());
    assert_eq!(model.calls(), 4, "nothing was sent");
    tokio::time::sleep(retry_in).await;
    assert_eq!(greet(&llm).await.unwrap(), "c");
}

#[tokio::test(start_paused = true)]
async fn one_success_closes_it_and_one_failure_opens_it_for_twice_as_long() {
    let breaker = Breaker::new().calls(2).open_for(seconds(10));
    let model = down_for(3, Duration::ZERO);
    let llm = model.llm().retry(0).breaker(&breaker);
    let _ = (greet(&llm).await, greet(&llm).await);
    assert!(is_open(&breaker));
    cooled(&breaker).await;
    assert!(greet(&llm).await.is_err());
    let BreakerState::Open { retry_in } = breaker.state() else {
        panic!("one failure opens it")
    };
    assert!(
        retry_in >= seconds(20) && retry_in <= seconds(25),
        "{retry_in:?}"
    );
    cooled(&breaker).await;
    greet(&llm).await.unwrap();
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn its_error_is_a_kind_that_says_which_model_and_for_how_long() {
    let breaker = Breaker::new().calls(1).open_for(seconds(15));
    let model = down_for(1, Duration::ZERO).named("mistral-9");
    let llm = model.llm().retry(0).breaker(&breaker);
    let _ = greet(&llm).await;
    let error = greet(&llm).await.unwrap_err();
    let ErrorKind::CircuitOpen { model, retry_in } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(model, "mistral-9");
    assert_eq!(error.retry_after(), Some(*retry_in));
    assert!(error.is_retryable() && error.class() == Class::NotSent);
    assert_eq!(error.attempts(), 0);
    let told = error.to_string();
    assert!(told.contains("`mistral-9` has failed too often") && told.contains("fallback"));
}

#[tokio::test(start_paused = true)]
async fn numbers_that_cannot_work_are_refused_before_anything_is_sent() {
    for breaker in [
        Breaker::new().calls(0),
        Breaker::new().failures(0.0),
        Breaker::new().failures(1.1),
        Breaker::new().failures(f64::NAN),
        Breaker::new().within(Duration::ZERO),
        Breaker::new().open_for(Duration::ZERO),
    ] {
        let model = Model::giving([Ok("Hi")]);
        let error = greet(&model.llm().breaker(&breaker)).await.unwrap_err();
        let kind = error.kind();
        let is_refused = matches!(kind, ErrorKind::Config(ConfigError::Breaker { .. }));
        assert!(is_refused && model.calls() == 0, "{breaker:?}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_fifty_calls_at_once_in_half_open_one_passes() {
    let breaker = Breaker::new().calls(2);
    let model = down_for(2, seconds(1));
    let llm = model.llm().retry(0).breaker(&breaker);
    let _ = (greet(&llm).await, greet(&llm).await);
    cooled(&breaker).await;
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let llm = llm.clone();
        callers.spawn(async move { greet(&llm).await });
    }
    let outcomes = callers.join_all().await;
    assert_eq!(model.calls(), 3, "one of fifty was sent");
    let passed = outcomes.iter().filter(|it| it.is_ok()).count();
    let turned_away = outcomes.iter().filter_map(|it| it.as_ref().err());
    let is_open = |error: &&zyn::Error| matches!(error.kind(), ErrorKind::CircuitOpen { .. });
    assert_eq!((passed, turned_away.filter(is_open).count()), (1, 49));
}

#[tokio::test(start_paused = true)]
async fn callers_that_go_do_not_open_it() {
    let breaker = Breaker::new().calls(1);
    let model = Model::after(seconds(60), "late");
    let llm = model.llm().breaker(&breaker);
    for _ in 0..2 {
        let gone = tokio::time::timeout(seconds(1), greet(&llm)).await;
        assert!(gone.is_err());
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
    // a call that has waited for all of its own time has: that speaks of the endpoint
    let waited = greet(&llm.clone().timeout(seconds(30))).await;
    assert!(waited.is_err() && is_open(&breaker));
}

#[tokio::test(start_paused = true)]
async fn a_probe_whose_caller_goes_leaves_its_place_to_the_next() {
    let breaker = Breaker::new().calls(1);
    let model = down_for(1, seconds(5));
    let llm = model.llm().retry(0).breaker(&breaker);
    let _ = greet(&llm).await;
    cooled(&breaker).await;
    assert!(tokio::time::timeout(seconds(1), greet(&llm)).await.is_err());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert_eq!(greet(&llm).await.unwrap(), "Hi");
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn it_is_that_of_a_model_and_shared_by_all_synapses() {
    let (breaker, other) = (Breaker::new().calls(2), Breaker::new().calls(2));
    let down = Model::failing(Failure::Connect);
    let well = Model::giving([Ok("Hi"), Ok(r#"{"answer":true}"#)]).named("well");
    let first = down.llm().retry(0).breaker(&breaker);
    // another `Llm` of the same endpoint has the same breaker
    let second = down.llm().retry(0).breaker(&breaker);
    let mut session = Session::new();
    let judge = zyn::binary("Is it polite?");
    assert!(greet(&first).await.is_err());
    assert!(judge.fire(&second, &mut session, "x").await.is_err());
    for llm in [&first, &second] {
        let error = judge.fire(llm, &mut session, "x").await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::CircuitOpen { .. }));
    }
    assert_eq!(down.calls(), 2);
    let llm = well.llm().breaker(&other);
    assert_eq!(greet(&llm).await.unwrap(), "Hi");
    assert!(judge.fire(&llm, &mut session, "x").await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn behind_an_open_breaker_the_fallback_is_asked() {
    let breaker = Breaker::new().calls(1);
    let spare = Model::by(|_| (Duration::ZERO, Ok(answer("Hi")))).named("spare");
    let down = Model::failing(Failure::Connect);
    let llm = down.llm().retry(0).breaker(&breaker);
    let llm = llm.fallback(Fallback::to(&spare.llm()));
    for _ in 0..10 {
        assert_eq!(greet(&llm).await.unwrap(), "Hi");
    }
    assert_eq!((down.calls(), spare.calls()), (1, 10));
}
