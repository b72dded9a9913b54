//! The summary of a window is asked out of the same budgets, and is on the bill of the model that was asked.

use std::time::Duration;

use tokio::time::Instant;
use zyn::policy::Fallback;
use zyn::prelude::*;
use zyn::{Budget, Error, ErrorKind, Failure, Message, ProviderError, Usage, Window};

use crate::model::{SECOND, answer, answering, greet, model, truncated};

workflow!(
    async fn shout(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        loud
    }
);

/// Of three turns with `llm`, so that the next one has something to sum up.
async fn conversation(llm: &Llm) -> Session {
    let mut session = Session::new();
    for _ in 0..3 {
        greet().fire(llm, &mut session, "Ada").await.unwrap();
    }
    session
}

/// A model that answers for 1 and 1.
fn cheap() -> Llm {
    model("m", |_| (SECOND, answer("hi", Usage::new(1, 1))))
}

/// Whether a budget refused it, the call's own or its summary's.
fn is_unpaid(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Summary(error) => is_unpaid(error),
        kind => matches!(kind, ErrorKind::Budget(_)),
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_an_attempt_of_the_conversations_budget() {
    let (llm, small) = (cheap(), answering("small", SECOND, "They met."));
    let mut session = conversation(&llm).await;
    let budget = Budget::attempts(2);
    session.set_window(Window::last_turns(1).summarise(&small));
    session.set_budget(&budget);
    greet().fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!((budget.left(), small.spend().attempts), (0.0, 1));
    let before = session.clone();
    let error = greet().fire(&llm, &mut session, "Ada").await.unwrap_err();
    assert!(is_unpaid(&error), "{error}");
    assert_eq!((session, small.spend().attempts), (before, 1));
}

#[tokio::test(start_paused = true)]
async fn its_tokens_are_of_the_conversations_budget() {
    let llm = cheap();
    let small = model("small", |_| {
        (SECOND, answer("They met.", Usage::new(498, 500)))
    });
    let mut session = conversation(&llm).await;
    let budget = Budget::tokens(2_000);
    session.set_window(Window::last_turns(1).summarise(&small));
    session.set_budget(&budget);
    greet().fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(budget.left(), 0.5);
}

#[tokio::test(start_paused = true)]
async fn it_is_of_the_runs_budget_and_of_its_own_models() {
    let (llm, small) = (cheap(), answering("small", SECOND, "They met."));
    let (of_run, of_small) = (Budget::attempts(4), Budget::attempts(2));
    let mut session = conversation(&llm).await;
    let small = small.budget(&of_small);
    session.set_window(Window::last_turns(1).summarise(&small));
    let run = shout("x").budget(&of_run).run(&llm, &mut session);
    run.await.unwrap();
    assert_eq!((of_run.left(), of_small.left()), (0.5, 0.5));
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_is_paid_too_and_not_for_ever() {
    let llm = cheap();
    let small = model("small", |_| (SECOND, truncated(Usage::new(10_000, 1_000))));
    let mut session = conversation(&llm).await;
    let budget = Budget::tokens(2_000);
    session.set_window(Window::last_turns(1).summarise(&small));
    session.set_budget(&budget);
    let error = greet().fire(&llm, &mut session, "Ada").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Summary(_)), "{error}");
    assert_eq!(budget.left(), 0.0);
    for _ in 0..3 {
        let error = greet().fire(&llm, &mut session, "Ada").await.unwrap_err();
        assert!(is_unpaid(&error), "{error}");
    }
    assert_eq!(small.spend().attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn its_bill_names_the_model_that_failed_and_the_one_that_answered() {
    let large = model("large", |_| (SECOND, answer("They met.", Usage::new(7, 3))));
    let small = model("small", |_| (SECOND, truncated(Usage::new(1_000, 0))));
    let small = small.fallback(Fallback::escalate(&large));
    let llm = cheap();
    let mut session = conversation(&llm).await;
    session.set_window(Window::last_turns(1).summarise(&small));
    let (outcome, report) = shout("x").run_detailed(&llm, &mut session).await;
    outcome.unwrap();
    let bill = report.bill();
    let models: Vec<_> = bill.models().collect();
    assert_eq!(
        models,
        [
            ("large", Usage::new(7, 3)),
            ("m", Usage::new(1, 1)),
            ("small", Usage::new(1_000, 0)),
        ]
    );
    // the session has what was accepted
    let models: Vec<_> = session.bill().models().collect();
    assert_eq!(
        models,
        [("large", Usage::new(7, 3)), ("m", Usage::new(4, 4))]
    );
}

/// Two exchanges, of which `small` is to sum up the first.
fn falling_out(small: &Llm) -> Session {
    let mut session = Session::new();
    for text in ["a", "b"] {
        session.append(Message::user(text));
        session.append(Message::assistant(text));
    }
    session.set_window(Window::last_turns(1).summarise(small));
    session
}

#[tokio::test(start_paused = true)]
async fn a_summary_has_the_deadline_of_its_call_and_does_not_wait_beyond_it() {
    let small = model("small", |_| {
        let mut error = ProviderError::new("test", Failure::RateLimit);
        error.retry_after = Some(Duration::from_secs(30));
        (Duration::ZERO, Err(error))
    });
    let llm = answering("large", SECOND, "ok").timeout(Duration::from_secs(10));
    let mut session = falling_out(&small);
    let begun = Instant::now();
    let error = greet().fire(&llm, &mut session, "Ada").await.unwrap_err();
    assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_attempts_of_a_summary_that_is_cut_off_are_in_the_log() {
    let small = answering("small", 60 * SECOND, "late");
    let llm = answering("large", SECOND, "ok").timeout(Duration::from_secs(10));
    let mut session = falling_out(&small);
    let error = greet().fire(&llm, &mut session, "Ada").await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(error.log()[0].elapsed, Duration::from_secs(10));
}
