//! What may have been done and billed, and is asked again or is not.

use std::time::Duration;

use zyn::policy::{Hedging, Reason};
use zyn::prelude::*;
use zyn::{Failure, Spend};

use crate::model::{Model, answer, failed, greet, seconds};

fn spare() -> Model {
    Model::by(|_| (Duration::ZERO, Ok(answer("Hi")))).named("spare")
}

fn counted(spend: Spend) -> (u64, u64) {
    (spend.attempts, spend.repeated)
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_billed_is_repeated_once_and_counted() {
    for (kind, calls, repeated) in [
        (Failure::Server, 2, 1),
        (Failure::Interrupted, 2, 1),
        (Failure::Overloaded, 6, 0),
        (Failure::Connect, 6, 0),
    ] {
        let down = Model::failing(kind.clone());
        let llm = down.llm().retry(5);
        greet(&llm).await.unwrap_err();
        assert_eq!(counted(llm.spend()), (calls, repeated), "{kind:?}");
    }
    let late = Model::after(seconds(60), "late");
    let llm = late.llm().attempt_timeout(seconds(1)).retry(5);
    greet(&llm).await.unwrap_err();
    assert_eq!(counted(llm.spend()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_after_what_may_have_been_billed_is_a_repeat_of_the_spare() {
    for (kind, repeated) in [(Failure::Server, 1), (Failure::Overloaded, 0)] {
        let (down, other) = (Model::failing(kind), spare().llm());
        let llm = down.llm().retry(0).fallback(&other);
        greet(&llm).await.unwrap();
        assert_eq!(counted(llm.spend()), (1, 0));
        assert_eq!(counted(other.spend()), (1, repeated));
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_is_a_repeat() {
    let model = Model::by(|call| {
        let time = seconds(if call == 0 { 60 } else { 1 });
        (time, Ok(answer("Hi")))
    });
    let llm = model.llm().hedging(Hedging::after(seconds(3)).part(1.0));
    let greet = zyn::transform("Greet");
    let session = &mut Session::new();
    let answer = greet.fire_detailed(&llm, session, "Ada").await.unwrap();
    let reasons = answer.log.iter().map(|it| it.reason);
    assert!(
        reasons.eq([Reason::First, Reason::Hedge]),
        "{:?}",
        answer.log
    );
    assert_eq!(counted(llm.spend()), (2, 1));
    assert_eq!(
        (llm.spend().unknown, model.open()),
        (1, 0),
        "the other is cut off"
    );
}

/// An `Llm` that may not repeat, and a synapse that may not.
fn at_most_once(llm: &Llm) -> [(Llm, zyn::Synapse<String>); 2] {
    let greet = zyn::transform("Greet");
    [
        (llm.clone().at_most_once(), greet.clone()),
        (llm.clone(), greet.at_most_once()),
    ]
}

#[tokio::test(start_paused = true)]
async fn at_most_once_nothing_that_may_have_been_billed_is_asked_again() {
    for kind in [Failure::Server, Failure::Interrupted] {
        let (down, spare) = (Model::failing(kind.clone()), spare());
        for (number, (llm, greet)) in at_most_once(&down.llm().fallback(spare.llm()))
            .into_iter()
            .enumerate()
        {
            let error = greet.fire(&llm, &mut Session::new(), "Ada").await;
            assert_eq!(error.unwrap_err().provider().unwrap().kind, kind);
            assert_eq!((down.calls(), spare.calls()), (number + 1, 0));
            assert_eq!(llm.spend().repeated, 0);
        }
    }
    // a server that invites to repeat is not believed
    let invites = Model::by(|_| {
        let mut error = failed(Failure::Server);
        error.should_retry = Some(true);
        (Duration::ZERO, Err(error))
    });
    for (number, (llm, greet)) in at_most_once(&invites.llm()).into_iter().enumerate() {
        greet
            .fire(&llm, &mut Session::new(), "Ada")
            .await
            .unwrap_err();
        assert_eq!(invites.calls(), number + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn at_most_once_what_was_turned_away_is_asked_again_and_falls_back() {
    for (number, _) in at_most_once(&spare().llm()).iter().enumerate() {
        let model = Model::giving([Err(Failure::Overloaded), Ok("Hi")]);
        let (llm, greet) = at_most_once(&model.llm()).into_iter().nth(number).unwrap();
        greet.fire(&llm, &mut Session::new(), "Ada").await.unwrap();
        assert_eq!(counted(llm.spend()), (2, 0));

        let (down, other) = (Model::failing(Failure::Connect), spare().llm());
        let llm = down.llm().retry(0).fallback(&other);
        let (llm, greet) = at_most_once(&llm).into_iter().nth(number).unwrap();
        greet.fire(&llm, &mut Session::new(), "Ada").await.unwrap();
        assert_eq!(counted(other.spend()), (1, 0));
    }
}

workflow!(
    async fn two(name: &str) -> String {
        let first = transform("Greet", name);
        let second = transform("Pay {first}", name).at_most_once();
        second
    }
);

#[tokio::test(start_paused = true)]
async fn of_a_workflow_one_step_may_be_made_once_alone() {
    let model = Model::giving([Err(Failure::Server), Ok("Hi"), Err(Failure::Server)]);
    let run = two("Ada").run(&model.llm(), &mut Session::new()).await;
    let error = run.unwrap_err();
    assert_eq!((error.step(), error.attempts()), (Some("second"), 1));
    assert_eq!(model.calls(), 3);
}
