//! An invalid answer is part of all of it: it is asked for again, falls back, is logged, and says nothing of the endpoint.

use zyn::policy::{Breaker, BreakerState, Fallback, Outcome, Reason};
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{ErrorKind, Failure};

use crate::model::{Model, answer};

fn babbling() -> Model {
    Model::by(|_| (std::time::Duration::ZERO, Ok(answer("many"))))
}

#[tokio::test(start_paused = true)]
async fn an_invalid_answer_is_asked_again_and_falls_back_and_does_not_count_against_the_breaker() {
    let (small, large) = (babbling(), Model::giving([Ok(r#"{"value":3}"#)]));
    let breaker = Breaker::new().calls(3);
    let other = large.named("large");
    let llm = small.llm().breaker(&breaker);
    let llm = llm.fallback(Fallback::escalate(&other.llm()));
    let parcels = zyn::extract::<u8>("The number of parcels");
    let mut session = Session::new();
    let answer = parcels.fire_detailed(&llm, &mut session, "Three").await;
    let answer = answer.unwrap();
    assert_eq!((answer.value, &*answer.asked), (3, "large"));
    assert_eq!((small.calls(), other.calls()), (3, 1));
    let log: Vec<_> = answer
        .log
        .iter()
        .map(|it| (&*it.model, it.reason, it.outcome.clone()))
        .collect();
    assert_eq!(
        log,
        [
            ("model", Reason::First, Outcome::NotAccepted),
            ("model", Reason::Reask, Outcome::NotAccepted),
            ("model", Reason::Reask, Outcome::NotAccepted),
            ("large", Reason::Fallback, Outcome::Answered),
        ]
    );
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert_eq!(llm.spend().failed, llm.spend().usage, "paid for nothing");
}

#[tokio::test(start_paused = true)]
async fn ten_invalid_answers_leave_a_breaker_closed_and_the_error_says_what_they_are() {
    let breaker = Breaker::new().calls(1);
    let small = babbling();
    let llm = small.llm().breaker(&breaker);
    let parcels = zyn::extract::<u8>("The number of parcels").reask(9);
    let error = parcels.fire(&llm, &mut Session::new(), "Three").await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
    assert_eq!((error.class(), error.attempts()), (Class::InvalidReply, 10));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_failed_on_the_way_does_not_take_the_re_asks() {
    let model = Model::giving([
        Ok("many"),
        Err(Failure::Overloaded),
        Ok("some"),
        Ok(r#"{"value":3}"#),
    ]);
    let parcels = zyn::extract::<u8>("The number of parcels");
    let three = parcels
        .fire(&model.llm(), &mut Session::new(), "Three")
        .await;
    assert_eq!((three.unwrap(), model.calls()), (3, 4));
}
