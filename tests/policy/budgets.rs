//! Budgets of a conversation and of a program; that of a run is with the workflows.

use std::time::Duration;

use tokio::task::JoinSet;
use zyn::policy::Fallback;
use zyn::prelude::*;
use zyn::refusal::BudgetProblem;
use zyn::{Budget, Error, ErrorKind, Failure};

use crate::model::{Model, answer, greet, seconds};

fn polite() -> Model {
    Model::by(|_| (Duration::ZERO, Ok(answer("Hi"))))
}

#[track_caller]
fn is_over(outcome: Result<String, Error>) {
    let error = outcome.unwrap_err();
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::Budget(BudgetProblem::Attempts { .. })),
        "{error}"
    );
    assert_eq!(error.attempts(), 0);
}

workflow!(
    async fn two(name: &str) -> String {
        let first = transform("Greet", name);
        let second = transform("Take leave of {first}", name);
        second
    }
);

#[tokio::test(start_paused = true)]
async fn a_conversation_has_one_budget_for_fires_streams_and_runs_of_any_model() {
    let budget = Budget::attempts(4);
    let mut session = Session::new();
    session.set_budget(budget.clone());
    let [one, other] = [polite(), polite()];
    let greet = zyn::transform("Greet");
    greet.fire(&one.llm(), &mut session, "Ada").await.unwrap();
    let stream = greet.stream(&other.llm(), &mut session, "Ada").unwrap();
    stream.finish().await.unwrap();
    two("Ada").run(&one.llm(), &mut session).await.unwrap();
    assert_eq!(budget.left(), 0.0);
    let before = session.clone();
    is_over(greet.fire(&one.llm(), &mut session, "Ada").await);
    is_over(
        greet
            .stream(&one.llm(), &mut session, "Ada")
            .unwrap()
            .finish()
            .await,
    );
    is_over(two("Ada").run(&other.llm(), &mut session).await);
    assert_eq!((one.calls(), other.calls()), (3, 1));
    assert_eq!(session, before);
    // another conversation has its own
    greet
        .fire(&one.llm(), &mut Session::new(), "Ada")
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_rolled_back_has_spent_of_the_conversations_budget() {
    let budget = Budget::attempts(10);
    let mut session = Session::new();
    session.set_budget(budget.clone());
    let model = Model::giving([Ok("Hi"), Err(Failure::Auth)]);
    two("Ada")
        .run(&model.llm(), &mut session)
        .await
        .unwrap_err();
    assert!(session.is_empty());
    assert_eq!(budget.left(), 0.8);
}

#[tokio::test(start_paused = true)]
async fn a_program_has_one_budget_for_all_models_that_share_it_and_for_calls_at_once() {
    let budget = Budget::attempts(7);
    let models = [polite(), Model::after(seconds(1), "Hi")];
    let mut callers = JoinSet::new();
    for caller in 0..20 {
        let llm = models[caller % 2].llm().budget(&budget);
        callers.spawn(async move { greet(&llm).await });
    }
    let outcomes = callers.join_all().await;
    let (good, bad): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (7, 13));
    bad.into_iter().for_each(is_over);
    assert_eq!(models[0].calls() + models[1].calls(), 7);
}

#[tokio::test(start_paused = true)]
async fn retries_re_asks_and_fallbacks_spend_too_and_what_is_known_of_the_model_is_the_error() {
    let budget = Budget::attempts(2);
    let down = Model::failing(Failure::Overloaded);
    let error = greet(&down.llm().budget(&budget)).await.unwrap_err();
    assert_eq!(error.provider().unwrap().kind, Failure::Overloaded);
    assert_eq!(down.calls(), 2);

    let babbling = Model::by(|_| (Duration::ZERO, Ok(answer("many"))));
    let parcels = zyn::extract::<u8>("The number of parcels");
    let mut session = Session::new();
    session.set_budget(Budget::attempts(2));
    let fired = parcels.fire(&babbling.llm(), &mut session, "Three").await;
    let error = fired.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
    assert_eq!((babbling.calls(), error.attempts()), (2, 2));

    let mut session = Session::new();
    session.set_budget(Budget::attempts(1));
    let (down, spare) = (Model::failing(Failure::Connect), polite());
    let llm = down.llm().retry(0).fallback(Fallback::to(&spare.llm()));
    let greet = zyn::transform("Greet");
    let error = greet.fire(&llm, &mut session, "Ada").await.unwrap_err();
    assert_eq!((down.calls(), spare.calls()), (1, 0), "{error}");
}

#[tokio::test(start_paused = true)]
async fn where_several_hold_each_must_have_enough_and_none_is_touched_otherwise() {
    let (of_session, of_program) = (Budget::attempts(1), Budget::attempts(10));
    let mut session = Session::new();
    session.set_budget(of_session.clone());
    let llm = polite().llm().budget(&of_program);
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    is_over(greet.fire(&llm, &mut session, "Ada").await);
    assert_eq!((of_session.left(), of_program.left()), (0.0, 0.9));
}
