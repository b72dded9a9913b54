//! Further attempts: how many, after what, and when.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use zyn::Failure;
use zyn::policy::{Outcome, Reason};

use crate::model::{Model, answer, failed, greet, seconds};

#[tokio::test(start_paused = true)]
async fn as_many_further_attempts_are_made_as_are_set_and_none_for_zero() {
    for retries in 0..5 {
        let down = Model::failing(Failure::Overloaded);
        let error = greet(&down.llm().retry(retries)).await.unwrap_err();
        assert_eq!(down.calls(), 1 + retries as usize);
        assert_eq!(error.attempts(), 1 + retries);
    }
    let back = Model::giving([Err(Failure::Overloaded), Ok("Hi")]);
    assert_eq!(greet(&back.llm().retry(1)).await.unwrap(), "Hi");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_that_fail_together_do_not_come_back_together() {
    let down = Model::failing(Failure::Overloaded);
    let llm = down.llm().retry(1).retry_reserve(1_000);
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..1_000 {
        let llm = llm.clone();
        callers.spawn(async move { greet(&llm).await.unwrap_err().log()[1].waited });
    }
    let waits = callers.join_all().await;
    assert_eq!(down.calls(), 2_000);
    assert!(start.elapsed() <= seconds(4));
    let mut tenths = [0; 41];
    for wait in waits {
        tenths[(wait.as_millis() / 100) as usize] += 1;
    }
    let most = *tenths.iter().max().unwrap();
    println!("of 1000, {most} come back in the same tenth of a second");
    assert!(most <= 50, "{tenths:?}");
}

#[tokio::test(start_paused = true)]
async fn only_what_can_pass_is_asked_again() {
    use Failure::*;
    let passes = [
        Connect,
        RateLimit,
        Overloaded,
        Unavailable,
        Server,
        Interrupted,
    ];
    let stays = [
        Auth,
        NotFound,
        Rejected,
        Quota,
        ContextWindow,
        Redirect,
        Refusal,
        Filtered,
        Truncated,
        Empty,
        Protocol { what: "HTML" },
    ];
    for (kinds, calls) in [(passes.as_slice(), 2), (stays.as_slice(), 1)] {
        for kind in kinds {
            let model = Model::giving([Err(kind.clone()), Ok("Hi")]);
            let fired = greet(&model.llm()).await;
            assert_eq!(
                (model.calls(), fired.is_ok()),
                (calls, calls == 2),
                "{kind:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_pause_goes_beyond_the_callers_time_and_the_error_is_the_models() {
    let asks_to_wait = |wait| {
        Model::by(move |_| {
            let mut error = failed(Failure::RateLimit);
            error.retry_after = Some(wait);
            (Duration::ZERO, Err(error))
        })
    };
    let start = Instant::now();
    let patient = asks_to_wait(seconds(5));
    let error = greet(&patient.llm().timeout(seconds(5))).await.unwrap_err();
    assert_eq!(
        start.elapsed(),
        Duration::ZERO,
        "it is known that it is in vain"
    );
    assert_eq!((patient.calls(), error.attempts()), (1, 1));
    assert_eq!(error.provider().unwrap().kind, Failure::RateLimit);
    assert_eq!(error.retry_after(), Some(seconds(5)));

    for limit in 1..20 {
        let down = Model::failing(Failure::Overloaded);
        let start = Instant::now();
        let llm = down.llm().seed(limit).retry(50).timeout(seconds(limit));
        let error = greet(&llm).await.unwrap_err();
        assert!(start.elapsed() <= seconds(limit));
        let kind = error.provider().map(|it| it.kind.clone());
        assert_eq!(kind, Some(Failure::Overloaded), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_has_gone_is_not_retried_for() {
    let down = Model::failing(Failure::Overloaded);
    let llm = down.llm().retry(50).seed(3);
    let gone = tokio::time::timeout(seconds(3), greet(&llm)).await;
    assert!(gone.is_err());
    let calls = down.calls();
    tokio::time::sleep(seconds(600)).await;
    assert_eq!((down.calls(), down.open()), (calls, 0));
    assert_eq!(llm.spend().attempts, calls as u64);
}

/// The pauses of a call that fails so often.
async fn pauses(kind: Failure, retries: u32, seed: u64) -> Vec<Duration> {
    let down = Model::failing(kind);
    let llm = down
        .llm()
        .retry(retries)
        .seed(seed)
        .timeout(seconds(86_400));
    let error = greet(&llm).await.unwrap_err();
    let waited: Vec<_> = error.log().iter().skip(1).map(|it| it.waited).collect();
    // paused time goes in milliseconds
    for (told, pause) in waited.iter().zip(down.pauses()) {
        assert!(
            pause.abs_diff(*told) <= Duration::from_millis(2),
            "{told:?} {pause:?}"
        );
    }
    let reasons = error.log().iter().skip(1).map(|it| it.reason);
    assert!(reasons.eq([Reason::Retry].repeat(retries as usize)));
    waited
}

#[tokio::test(start_paused = true)]
async fn the_longest_pause_doubles_with_each_retry_and_is_spread() {
    for (kind, first) in [(Failure::Connect, 500), (Failure::Overloaded, 4_000)] {
        let (mut longest, mut shortest) = ([Duration::ZERO; 3], [seconds(60); 3]);
        for seed in 0..300 {
            for (retry, pause) in pauses(kind.clone(), 3, seed).await.iter().enumerate() {
                longest[retry] = longest[retry].max(*pause);
                shortest[retry] = shortest[retry].min(*pause);
            }
        }
        for retry in 0..3 {
            let bound = Duration::from_millis(first << retry);
            let (long, short) = (longest[retry], shortest[retry]);
            assert!(
                long <= bound && long > bound * 9 / 10,
                "{kind:?} {retry}: {long:?}"
            );
            assert!(short < bound / 10, "{kind:?} {retry}: {short:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_are_capped_and_never_shorter_than_the_server_asks_for() {
    let all = pauses(Failure::Connect, 60, 5).await;
    let longest = all.iter().max().unwrap();
    assert!(
        *longest <= seconds(20) && *longest > seconds(10),
        "{longest:?}"
    );

    for (wait, calls) in [(90, 2), (121, 1)] {
        let busy = Model::by(move |call| {
            let mut error = failed(Failure::RateLimit);
            error.retry_after = Some(seconds(wait));
            let outcome = if call == 0 {
                Err(error)
            } else {
                Ok(answer("Hi"))
            };
            (Duration::ZERO, outcome)
        });
        let start = Instant::now();
        let fired = greet(&busy.llm()).await;
        assert_eq!((busy.calls(), fired.is_ok()), (calls, calls == 2));
        let waited = start.elapsed();
        match calls {
            2 => assert!(waited >= seconds(wait) && waited <= seconds(wait + 4)),
            _ => assert_eq!(
                waited,
                Duration::ZERO,
                "who asks for more is not waited for"
            ),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_waited_for_is_in_the_log_of_the_answer() {
    let back = Model::giving([Err(Failure::Connect), Ok("Hi")]);
    let greet = zyn::transform("Greet");
    let session = &mut zyn::Session::new();
    let answer = greet
        .fire_detailed(&back.llm(), session, "Ada")
        .await
        .unwrap();
    let [first, second] = &answer.log[..] else {
        panic!("{:?}", answer.log)
    };
    assert_eq!(first.outcome, Outcome::Failed("connect".to_owned()));
    assert_eq!(
        (second.reason, &second.outcome),
        (Reason::Retry, &Outcome::Answered)
    );
    assert!(second.waited > Duration::ZERO);
}
