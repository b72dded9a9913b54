//! Fallbacks: those that can be asked are, and those that cannot hide nothing.

use zyn::cost::{Cost, Price, Prices};
use zyn::policy::{Breaker, Fallback, RateLimit};
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{Budget, ErrorKind, Failure, Usage};

use crate::model::{SECOND, answer, answering, detailed, failing, fire, greet, model};

/// Its prices know the model `first` alone.
fn budget() -> Budget {
    let prices = Prices::new().price("first", Price::new(1, 1));
    Budget::cost(Cost::microdollars(1_000_000), prices)
}

/// Spares that cannot be asked, and why.
async fn unaskable() -> Vec<(&'static str, Llm)> {
    let spare = || answering("spare", SECOND, "spare");
    let open = Breaker::new().calls(1);
    let down = failing("spare", Failure::Connect).retry(0).breaker(&open);
    fire(&down).await.unwrap_err();
    vec![
        ("the input is too large", spare().max_input(1)),
        ("no price", spare().budget(budget())),
        ("the circuit is open", spare().breaker(&open)),
    ]
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_asked_leaves_the_first_error_and_otherwise_is_given() {
    for (why, spare) in unaskable().await {
        let llm = failing("first", Failure::Overloaded).retry(0);
        let llm = llm.fallback(Fallback::to(&spare).when(|_| true));
        let error = fire(&llm).await.unwrap_err();
        let kind = error.provider().map(|it| it.kind.clone());
        assert_eq!(kind, Some(Failure::Overloaded), "{why}: {error}");
        assert_eq!(error.class(), Class::Rejected, "{why}");
        assert_eq!(error.attempts(), 1, "{why}");
        let safe = greet().otherwise("default".to_owned());
        let safe = safe.fire(&llm, &mut Session::new(), "Ada").await;
        assert_eq!(safe.unwrap(), "default", "{why}");
        assert_eq!(spare.spend().attempts, 0, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn behind_one_that_cannot_be_asked_the_next_is() {
    for (why, spare) in unaskable().await {
        let next = answering("next", SECOND, "next");
        let llm = failing("first", Failure::Overloaded).retry(0);
        let llm = llm.fallback(&spare).fallback(&next);
        let answer = detailed(&llm).await.unwrap();
        assert_eq!(answer.value, "next", "{why}");
        let models: Vec<_> = answer.log.iter().map(|it| &*it.model).collect();
        assert_eq!(models, ["first", "next"], "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_set_up_wrong_is_found_with_the_first_call() {
    let wrong = answering("spare", SECOND, "spare").rate_limit(RateLimit::new().requests(0));
    let between = answering("between", SECOND, "between").fallback(&wrong);
    for fallback in [&wrong, &between] {
        let llm = answering("first", SECOND, "first").fallback(fallback);
        let error = fire(&llm).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error}");
        assert_eq!(error.class(), Class::Terminal);
        assert_eq!(llm.spend().attempts, 0);
    }
}

/// An answer to a yes-or-no question that is not sure.
fn unsure(name: &'static str) -> Llm {
    let text = r#"{"answer":false,"confidence":0.1}"#;
    model(name, move |_| (SECOND, answer(text, Usage::new(1, 1))))
}

async fn is_it(llm: &Llm) -> zyn::Error {
    let is_it = zyn::binary("Is it?").confidence(0.8);
    is_it
        .fire(llm, &mut Session::new(), "Hm")
        .await
        .unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_cascade_asks_the_large_model_once() {
    let large = unsure("large");
    let small = failing("small", Failure::Overloaded).retry(0);
    let cascade = small.fallback(&large).fallback(Fallback::escalate(&large));
    let error = is_it(&cascade).await;
    let kind = error.kind();
    assert!(matches!(kind, ErrorKind::LowConfidence { .. }), "{error}");
    assert_eq!((large.spend().attempts, error.attempts()), (1, 2));

    // the same model with other options is another
    let bold = large.clone().max_tokens(5_000);
    let small = failing("small", Failure::Overloaded).retry(0);
    let cascade = small.fallback(&large).fallback(Fallback::escalate(&bold));
    assert_eq!(is_it(&cascade).await.attempts(), 3);
}
