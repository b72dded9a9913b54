//! After the deadline nothing is begun and nothing is given.

use zyn::policy::RateLimit;
use zyn::prelude::*;
use zyn::refusal::Shed;
use zyn::{ErrorKind, Failure, Usage};

use crate::model::{SECOND, answer, answering, failed, fire, greet, model};

#[tokio::test(start_paused = true)]
async fn no_fallback_is_asked_after_it() {
    let spare = answering("spare", SECOND, "spare");
    let late = answering("first", 100 * SECOND, "late").fallback(&spare);
    let error = fire(&late.timeout(5 * SECOND)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));

    // a failure that comes at the deadline
    let last = model("first", |_| (5 * SECOND, failed(Failure::Overloaded)));
    let last = last.retry(0).fallback(&spare).timeout(5 * SECOND);
    fire(&last).await.unwrap_err();

    assert_eq!(spare.spend().attempts, 0);
}

/// Answers are longer than was asked for: the second call waits for longer than was foreseen.
fn crowded(spare: &Llm) -> Llm {
    let limit = RateLimit::new().tokens(60_000).burst(SECOND);
    let long = |_| (SECOND / 2, answer("hi", Usage::new(100, 5_000)));
    let llm = model("first", long).retry(0).max_tokens(900);
    llm.rate_limit(limit).fallback(spare)
}

#[tokio::test(start_paused = true)]
async fn no_fallback_is_asked_for_a_call_that_the_rate_limit_holds_up_until_then() {
    let spare = answering("spare", SECOND, "spare");
    let llm = crowded(&spare);
    let mut before = Vec::new();
    for _ in 0..2 {
        let llm = llm.clone();
        before.push(tokio::spawn(async move { fire(&llm).await }));
        tokio::task::yield_now().await;
    }
    let error = fire(&llm.timeout(2 * SECOND)).await.unwrap_err();
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::Shed(Shed::Deadline { left, .. }) if left.is_zero()),
        "{error}"
    );
    for call in before {
        call.await.unwrap().unwrap();
    }
    assert_eq!(spare.spend().attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_would_be_held_up_too_long_goes_to_the_spare_at_once() {
    let spare = answering("spare", SECOND, "spare");
    let llm = crowded(&spare).timeout(2 * SECOND);
    assert_eq!(fire(&llm).await.unwrap(), "hi");
    assert_eq!(fire(&llm).await.unwrap(), "spare");
}

workflow!(
    async fn shout(text: &str) -> String {
        let loud = transform("Write it in capitals", text).otherwise("default".to_owned());
        loud
    }
);

workflow!(
    async fn twice(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        let louder = transform("Louder", &loud).otherwise("default".to_owned());
        louder
    }
);

#[tokio::test(start_paused = true)]
async fn a_run_whose_last_step_is_cut_off_by_it_commits_nothing() {
    let late = answering("m", 100 * SECOND, "late");
    let mut session = Session::new();
    greet()
        .fire(&answering("m", SECOND, "hi"), &mut session, "Ada")
        .await
        .unwrap();
    let before = session.clone();
    let run = shout("x").timeout(5 * SECOND).run(&late, &mut session);
    let error = run.await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Deadline { .. }),
        "{error}"
    );
    assert_eq!(session, before);

    let second = model("m", |call| {
        let time = if call == 0 { SECOND } else { 100 * SECOND };
        (time, answer("X", Usage::new(1, 1)))
    });
    let run = twice("x").timeout(5 * SECOND).run(&second, &mut session);
    let error = run.await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Deadline { .. }),
        "{error}"
    );
    assert_eq!(session, before);
}
