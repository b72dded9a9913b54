//! What a server says on repeating, and what is counted of it.

use zyn::policy::Hedging;
use zyn::prelude::*;
use zyn::{Budget, Failure, ProviderError, Usage};

use crate::model::{SECOND, answering, failing, fire, model};

/// Fails each time, and asks to be asked again.
fn inviting(kind: Failure) -> Llm {
    let llm = model("m", move |_| {
        let mut error = ProviderError::new("test", kind.clone());
        error.should_retry = Some(true);
        (SECOND, Err(error))
    });
    llm.retry(5)
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_billed_is_repeated_once_though_the_server_invites_it() {
    let error = fire(&inviting(Failure::Server)).await.unwrap_err();
    assert_eq!(error.attempts(), 2);
    let error = fire(&inviting(Failure::Overloaded)).await.unwrap_err();
    assert_eq!(error.attempts(), 6, "what was turned away, as often as set");
}

#[tokio::test(start_paused = true)]
async fn what_no_repeat_can_mend_is_never_repeated_though_the_server_invites_it() {
    for kind in [
        Failure::Quota,
        Failure::Auth,
        Failure::Refusal,
        Failure::Filtered,
    ] {
        let error = fire(&inviting(kind.clone())).await.unwrap_err();
        assert_eq!(error.attempts(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_repeated_is_counted_when_it_is_made() {
    let llm = failing("m", Failure::Server);
    let once = llm.clone().budget(Budget::attempts(1));
    fire(&once).await.unwrap_err();
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (1, 0));

    // a caller that goes in the pause
    let gone = tokio::time::timeout(SECOND, fire(&llm)).await;
    assert!(gone.is_err());
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (2, 0));

    fire(&llm).await.unwrap_err();
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_beside_the_first_that_a_budget_forbids_is_none() {
    let llm = answering("m", 10 * SECOND, "hi").hedging(Hedging::after(SECOND).part(1.0));
    let llm = llm.budget(Budget::attempts(1));
    assert_eq!(fire(&llm).await.unwrap(), "hi");
    assert_eq!((llm.spend().attempts, llm.spend().repeated), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn at_most_once_repeats_nothing_that_may_have_been_paid_whatever_the_server_says() {
    let with = |kind: Failure, change: fn(&mut ProviderError)| {
        let llm = model("once", move |_| {
            let mut error = ProviderError::new("test", kind.clone());
            change(&mut error);
            (SECOND, Err(error))
        });
        llm.at_most_once()
    };
    for llm in [
        with(Failure::Server, |error| error.status = Some(408)),
        with(Failure::Empty, |error| {
            error.should_retry = Some(true);
            error.usage = Some(Usage::new(10, 5));
        }),
        with(Failure::Protocol { what: "HTML" }, |error| {
            error.should_retry = Some(true);
        }),
    ] {
        fire(&llm).await.unwrap_err();
        assert_eq!(llm.spend().attempts, 1, "{:?}", llm.spend());
    }
    let turned_away = with(Failure::Overloaded, |_| {});
    fire(&turned_away).await.unwrap_err();
    assert_eq!(turned_away.spend().attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_that_does_nothing_twice_is_asked_once() {
    let spare = failing("spare", Failure::Server).at_most_once();
    let llm = failing("first", Failure::Quota).fallback(&spare);
    fire(&llm).await.unwrap_err();
    let spend = spare.spend();
    assert_eq!((spend.attempts, spend.repeated), (1, 0));
}
