//! The reserve of a model holds what failures may cost, and nothing else touches it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use zyn::policy::{Breaker, Cache};
use zyn::prelude::*;
use zyn::testing::{Reply, Scripted};
use zyn::{Budget, Failure, Usage};

use crate::model::{SECOND, answer, answering, failed, failing, fire, greet, model};

/// How many attempts a call makes of a model that fails, if nothing but the reserve holds it back.
async fn attempts_of_a_call(llm: &Llm) -> u32 {
    let call = fire(&llm.clone().retry(9)).await;
    call.unwrap_err().attempts()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_at_once_of_a_model_that_is_down_are_all_answered_by_the_spare() {
    let spare = answering("spare", SECOND, "hi");
    let llm = failing("first", Failure::Overloaded).fallback(&spare);
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let llm = llm.clone();
            tokio::spawn(async move { fire(&llm).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), "hi");
    }
    assert_eq!(spare.spend().attempts, 1_000);
    // two retries of each call, if the reserve had had them
    let first = llm.spend().attempts;
    assert!((1_000 + 500..=1_200 + 500).contains(&first), "{first}");
}

#[tokio::test(start_paused = true)]
async fn what_the_spare_answers_gives_nothing_back_to_the_reserve_of_the_model_that_failed() {
    let spare = answering("spare", SECOND, "hi");
    let llm = failing("first", Failure::Overloaded).retry_reserve(10);
    let llm = llm.fallback(&spare);
    for _ in 0..100 {
        assert_eq!(fire(&llm).await.unwrap(), "hi");
    }
    let attempts = llm.spend().attempts;
    assert!((110..=100 + 20 + 10).contains(&attempts), "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn what_leads_to_an_answer_is_given_back() {
    let llm = second_time_lucky();
    for _ in 0..10 {
        assert_eq!(fire(&llm).await.unwrap(), "hi");
    }
    // and to the spare, if that has answered
    let down = Breaker::new().calls(1).open_for(1_000_000 * SECOND);
    let first = failing("first", Failure::Connect).breaker(down);
    let first = first.retry(2).fallback(second_time_lucky());
    for _ in 0..10 {
        assert_eq!(fire(&first).await.unwrap(), "hi");
    }
    assert_eq!(first.spend().attempts, 1);
}

/// Answers every second time, and has the reserve that one call needs.
fn second_time_lucky() -> Llm {
    let llm = model("m", |attempt| match attempt % 2 {
        0 => (SECOND, failed(Failure::Overloaded)),
        _ => (SECOND, answer("hi", Usage::new(1, 1))),
    });
    llm.retry_reserve(1)
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_the_spares_first_attempt_and_takes_of_no_reserve() {
    let spare = failing("spare", Failure::Connect).retry_reserve(3);
    let first = failing("first", Failure::Overloaded).retry_reserve(3);
    let both = first.clone().retry(0).fallback(&spare);
    for _ in 0..3 {
        assert_eq!(fire(&both).await.unwrap_err().attempts(), 2);
    }
    assert_eq!(attempts_of_a_call(&first).await, 1 + 3);
    assert_eq!(attempts_of_a_call(&spare).await, 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn calls_that_all_fail_make_a_fifth_more_attempts_of_each_model_and_its_reserve() {
    const CALLS: u64 = 100;
    let spare = failing("spare", Failure::Connect).retry_reserve(10);
    let first = failing("first", Failure::Connect).retry_reserve(10);
    let first = first.retry(9).fallback(&spare);
    for _ in 0..CALLS {
        fire(&first).await.unwrap_err();
    }
    // retries of a call are one number: what the first model leaves of it is the spare's
    for llm in [&first, &spare] {
        let attempts = llm.spend().attempts;
        let most = CALLS + CALLS / 5 + 10;
        assert!((CALLS + 10..=most).contains(&attempts), "{attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sample_is_a_call_of_each_model_that_is_asked_for_it() {
    const SAMPLES: u64 = 20 * 5;
    let spare = failing("spare", Failure::Connect).retry_reserve(2);
    let first = failing("first", Failure::Connect).retry_reserve(2);
    let first = first.retry(9).fallback(&spare);
    for _ in 0..20 {
        let sampled = greet().agreement(5);
        let sampled = sampled.fire(&first, &mut Session::new(), "Ada").await;
        sampled.unwrap_err();
    }
    for llm in [&first, &spare] {
        let attempts = llm.spend().attempts;
        let most = SAMPLES + SAMPLES / 5 + 2;
        assert!((SAMPLES..=most).contains(&attempts), "{attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_a_cache_answers_do_not_fill_it() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let llm = model("m", move |_| match down.load(Ordering::Relaxed) {
        true => (SECOND, failed(Failure::Connect)),
        false => (SECOND, answer("hi", Usage::new(1, 1))),
    });
    let llm = llm.cache(Cache::memory(9)).retry_reserve(10).retry(9);
    fire(&llm).await.unwrap();
    is_down.store(true, Ordering::Relaxed);
    for call in 0..20 {
        for _ in 0..50 {
            fire(&llm).await.unwrap();
        }
        let new = format!("Grace {call}");
        let new = greet().fire(&llm, &mut Session::new(), new).await;
        new.unwrap_err();
    }
    let attempts = llm.spend().attempts - 1;
    assert!(attempts <= 20 + 20 / 5 + 10, "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_turned_away_do_not_fill_it() {
    let llm = failing("m", Failure::Connect).retry_reserve(10).retry(9);
    let small = llm.clone().max_input(1);
    let poor = llm.clone().budget(Budget::tokens(1));
    for _ in 0..20 {
        for _ in 0..25 {
            assert_eq!(fire(&small).await.unwrap_err().attempts(), 0);
            assert_eq!(fire(&poor).await.unwrap_err().attempts(), 0);
        }
        fire(&llm).await.unwrap_err();
    }
    let attempts = llm.spend().attempts;
    assert!(attempts <= 20 + 20 / 5 + 10, "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_read_is_not_repeated_and_takes_nothing() {
    let broken = || Reply::broken("Where is");
    let answers = Scripted::new([broken(), broken(), broken()])
        .then(Failure::Overloaded)
        .then("fine");
    let llm = Llm::new(answers).retry_reserve(2);
    for _ in 0..3 {
        let mut session = Session::new();
        let mut stream = greet().stream(&llm, &mut session, "Ada").unwrap();
        assert!(stream.text().await.is_some());
        let error = stream.finish().await.unwrap_err();
        assert_eq!(error.provider().unwrap().kind, Failure::Interrupted);
    }
    assert_eq!(fire(&llm).await.unwrap(), "fine");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_in_the_pause_before_a_retry_takes_nothing() {
    let llm = failing("m", Failure::Overloaded).retry_reserve(3);
    for _ in 0..3 {
        let call = fire(&llm);
        // the first attempt has ended, and the second has not begun
        let gone = tokio::time::timeout(SECOND + Duration::from_millis(1), call);
        assert!(gone.await.is_err());
    }
    assert_eq!(llm.spend().attempts, 3);
    assert_eq!(attempts_of_a_call(&llm).await, 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_a_budget_forbids_takes_nothing() {
    let llm = failing("m", Failure::Overloaded).retry_reserve(3);
    for _ in 0..3 {
        let once = llm.clone().budget(Budget::attempts(1));
        assert_eq!(fire(&once).await.unwrap_err().attempts(), 1);
    }
    assert_eq!(attempts_of_a_call(&llm).await, 1 + 3);
}
