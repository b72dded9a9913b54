//! A rate limit, as fires see it.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use zyn::policy::RateLimit;
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{ConfigError, ErrorKind};

use crate::model::{Model, answer, greet, seconds};

fn quick() -> Model {
    Model::by(|_| (Duration::ZERO, Ok(answer("Hi"))))
}

/// Three at once, and then one every two seconds.
fn slow() -> RateLimit {
    RateLimit::new().requests(30).burst(seconds(6))
}

#[tokio::test(start_paused = true)]
async fn it_starts_full_and_then_calls_wait_in_their_order() {
    let model = quick();
    let llm = model.llm().rate_limit(slow());
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..6 {
        let llm = llm.clone();
        callers.spawn(async move {
            let greet = zyn::transform("Greet");
            let session = &mut Session::new();
            let answer = greet.fire_detailed(&llm, session, caller.to_string()).await;
            (
                caller,
                start.elapsed().as_secs(),
                answer.unwrap().log[0].waited.as_secs(),
            )
        });
    }
    let mut waits = callers.join_all().await;
    waits.sort_unstable();
    let expected = [
        (0, 0, 0),
        (1, 0, 0),
        (2, 0, 0),
        (3, 2, 2),
        (4, 4, 4),
        (5, 6, 6),
    ];
    assert_eq!(waits, expected);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_lets_nothing_through_is_refused_before_anything_is_sent() {
    for limit in [
        RateLimit::new().requests(0),
        RateLimit::new().tokens(0),
        RateLimit::new().requests(10).burst(Duration::ZERO),
    ] {
        let model = quick();
        let start = Instant::now();
        let error = greet(&model.llm().rate_limit(&limit)).await.unwrap_err();
        let kind = error.kind();
        let is_refused = matches!(kind, ErrorKind::Config(ConfigError::RateLimit { .. }));
        assert!(is_refused && model.calls() == 0, "{limit:?}: {error}");
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn one_limit_is_shared_by_synapses_by_models_and_by_clones() {
    let limit = slow();
    let yes = r#"{"answer":true}"#;
    let judges = Model::by(move |_| (Duration::ZERO, Ok(answer(yes)))).named("judge");
    let writes = quick();
    let [first, second] = [judges.llm(), writes.llm()].map(|llm| llm.rate_limit(&limit));
    let (clone, start) = (second.clone(), Instant::now());
    let is_polite = zyn::binary("Is it polite?");
    let is_long = zyn::binary("Is it long?");
    for question in [&is_polite, &is_long] {
        question
            .fire(&first, &mut Session::new(), "x")
            .await
            .unwrap();
    }
    greet(&second).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO, "three at once");
    greet(&clone).await.unwrap();
    is_long
        .fire(&first, &mut Session::new(), "x")
        .await
        .unwrap();
    greet(&second).await.unwrap();
    assert_eq!(
        start.elapsed(),
        seconds(6),
        "then one every two seconds, of all together"
    );
    // who has another waits for nobody
    greet(&writes.llm().rate_limit(slow())).await.unwrap();
    assert_eq!(start.elapsed(), seconds(6));
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_beyond_the_own_time_is_told_at_once() {
    let model = quick();
    let llm = model.llm().rate_limit(slow()).timeout(seconds(1));
    let start = Instant::now();
    for _ in 0..3 {
        greet(&llm).await.unwrap();
    }
    let error = greet(&llm).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Shed(_)), "{error}");
    assert_eq!((error.class(), error.attempts()), (Class::NotSent, 0));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!((model.calls(), llm.spend().attempts), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_while_it_waits_has_taken_nothing() {
    let (model, limit) = (quick(), slow());
    let llm = model.llm().rate_limit(&limit);
    for _ in 0..3 {
        greet(&llm).await.unwrap();
    }
    let start = Instant::now();
    let gone = tokio::time::timeout(seconds(1), greet(&llm)).await;
    assert!(gone.is_err() && limit.waiting() == 0);
    greet(&llm).await.unwrap();
    assert_eq!(
        start.elapsed(),
        seconds(2),
        "as if the first had never come"
    );
}
