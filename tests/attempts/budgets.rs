//! One budget is charged once, however many ways lead to it.

use zyn::prelude::*;
use zyn::{Budget, ErrorKind, Usage};

use crate::model::{SECOND, answer, answering, fire, greet, model};

workflow!(
    async fn twice(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        let louder = transform("Louder", &loud);
        louder
    }
);

#[tokio::test(start_paused = true)]
async fn one_that_the_model_the_conversation_and_the_run_share_is_charged_once() {
    let budget = Budget::attempts(4);
    let llm = answering("m", SECOND, "hi").budget(&budget);
    let mut session = Session::new();
    session.set_budget(&budget);
    for left in [0.75, 0.5] {
        greet().fire(&llm, &mut session, "Ada").await.unwrap();
        assert_eq!(budget.left(), left);
    }
    let run = twice("x").budget(&budget).run(&llm, &mut session);
    run.await.unwrap();
    assert_eq!((budget.left(), llm.spend().attempts), (0.0, 4));
    let error = fire(&llm).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn tokens_of_one_that_is_shared_are_counted_once() {
    let budget = Budget::tokens(1_000);
    let llm = model("m", |_| (SECOND, answer("hi", Usage::new(400, 100))));
    let llm = llm.budget(&budget);
    let mut session = Session::new();
    session.set_budget(&budget);
    greet().fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(budget.left(), 0.5);
}

#[tokio::test(start_paused = true)]
async fn samples_of_one_that_is_shared_are_counted_once() {
    let budget = Budget::attempts(3);
    let llm = answering("m", SECOND, "hi").budget(&budget);
    let mut session = Session::new();
    session.set_budget(&budget);
    let sampled = greet().agreement(3);
    sampled.fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(budget.left(), 0.0);
}

#[tokio::test(start_paused = true)]
async fn two_of_the_same_size_are_two() {
    let [own, shared] = [Budget::attempts(2), Budget::attempts(2)];
    let llm = answering("m", SECOND, "hi").budget(&own);
    let mut session = Session::new();
    session.set_budget(&shared);
    greet().fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!((own.left(), shared.left()), (0.5, 0.5));
}
