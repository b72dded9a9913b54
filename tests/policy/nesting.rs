//! Several of one kind: retries, time limits, fallbacks.

use std::time::Duration;

use tokio::time::Instant;
use zyn::policy::Fallback;
use zyn::prelude::*;
use zyn::{Error, ErrorKind, Failure};

use crate::model::{Model, answer, greet, seconds};

#[tokio::test(start_paused = true)]
async fn retries_of_a_call_and_of_its_fallbacks_are_one_number() {
    // the original: 3 × 3
    let (first, spare) = (
        Model::failing(Failure::Overloaded),
        Model::failing(Failure::Overloaded).named("spare"),
    );
    let llm = first.llm().retry(2).fallback(spare.llm().retry(2));
    let error = greet(&llm).await.unwrap_err();
    assert_eq!((first.calls(), spare.calls()), (3, 1));
    assert_eq!(error.attempts(), 4);
    // what the first leaves is the spare's
    let once = Model::failing(Failure::Quota);
    let spare = Model::failing(Failure::Overloaded);
    let llm = once.llm().retry(2).fallback(spare.llm().retry(9));
    greet(&llm).await.unwrap_err();
    assert_eq!((once.calls(), spare.calls()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn retries_and_re_asks_do_not_multiply() {
    let model = Model::giving([
        Err(Failure::Overloaded),
        Ok("what?"),
        Err(Failure::Overloaded),
        Ok("what?"),
        Err(Failure::Overloaded),
        Ok(r#"{"value":3}"#),
    ]);
    let parcels = zyn::extract::<u8>("The number of parcels");
    let llm = model.llm().retry(2);
    let error = parcels.fire(&llm, &mut Session::new(), "Three").await;
    let error = error.unwrap_err();
    assert_eq!((model.calls(), error.attempts()), (5, 5));
    assert_eq!(error.provider().unwrap().kind, Failure::Overloaded);
}

workflow!(
    async fn hello(name: &str, own: Duration) -> String {
        let text = transform("Greet", name).timeout(own);
        text
    }
);

fn limit(error: &Error) -> Duration {
    match error.kind() {
        ErrorKind::Deadline { limit } => *limit,
        ErrorKind::Provider(error) => match error.kind {
            Failure::Timeout { limit, .. } => limit,
            _ => panic!("{error}"),
        },
        _ => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_time_limits_the_shortest_holds() {
    let model = Model::after(seconds(3_600), "late");
    for (run, step, attempt, shortest) in
        [(3, 9, 90, 3), (9, 3, 90, 3), (9, 90, 3, 3), (7, 7, 7, 7)]
    {
        let llm = model.llm().attempt_timeout(seconds(attempt)).at_most_once();
        let start = Instant::now();
        let run = hello("Ada", seconds(step)).timeout(seconds(run));
        let error = run.run(&llm, &mut Session::new()).await.unwrap_err();
        assert_eq!(limit(&error), seconds(shortest), "{error}");
        assert_eq!(start.elapsed(), seconds(shortest));
        assert_eq!(model.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn fallbacks_are_tried_in_their_order_each_with_its_own_behind_it() {
    let names = ["first", "a", "behind a", "b"];
    let [first, a, behind, b] = names.map(|name| Model::failing(Failure::Connect).named(name));
    let a = a.llm().fallback(behind.llm());
    let llm = first
        .llm()
        .retry(0)
        .fallback(&a)
        .fallback(Fallback::to(&b.llm()));
    let error = greet(&llm).await.unwrap_err();
    let asked: Vec<_> = error.log().iter().map(|it| &*it.model).collect();
    assert_eq!(asked, names);

    let b = Model::by(|_| (Duration::ZERO, Ok(answer("Hi")))).named("b");
    let llm = first.llm().retry(0).fallback(&a).fallback(b.llm());
    assert_eq!(greet(&llm).await.unwrap(), "Hi");
}

#[tokio::test(start_paused = true)]
async fn the_order_of_options_changes_nothing() {
    // the original: 2 attempts in 100 ms, or 3 in 180 ms
    let orders: [fn(Llm) -> Llm; 2] = [
        |llm| {
            llm.retry(2)
                .attempt_timeout(Duration::from_millis(100))
                .seed(1)
        },
        |llm| {
            llm.seed(1)
                .attempt_timeout(Duration::from_millis(100))
                .retry(2)
        },
    ];
    let mut seen = Vec::new();
    for order in orders {
        let model = Model::after(seconds(60), "late");
        let start = Instant::now();
        let error = greet(&order(model.llm())).await.unwrap_err();
        assert_eq!(limit(&error), Duration::from_millis(100));
        seen.push((model.calls(), start.elapsed()));
    }
    assert_eq!(seen[0], seen[1]);
}
