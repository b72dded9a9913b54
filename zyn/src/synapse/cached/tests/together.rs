//! Equal requests at the same moment.

use std::time::Duration;

use std::pin::Pin;

use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, timeout};

use super::*;
use crate::clock;

const SECOND: Duration = Duration::from_secs(1);

fn go() -> crate::Synapse<String> {
    crate::transform("Go on")
}

type Outcome = Result<crate::Answer<String>, Error>;

async fn fire(synapse: &crate::Synapse<String>, llm: &Llm) -> Outcome {
    synapse.fire_detailed(llm, &mut Session::new(), "a").await
}

/// Fires each in a task, in this order.
async fn all(calls: Vec<(crate::Synapse<String>, Llm)>) -> Vec<Outcome> {
    let mut tasks = Vec::new();
    for (synapse, llm) in calls {
        tasks.push(tokio::spawn(async move { fire(&synapse, &llm).await }));
        yield_now().await;
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn equal_calls_at_the_same_moment_make_one_attempt() {
    // nothing is kept: what they have, they have of each other
    let cache = Cache::memory(0);
    let llm = Llm::new(Model::by(|number| Ok(answer(&number.to_string())))).cache(&cache);
    let begun = clock::now();
    let outcomes = all(vec![(go(), llm.clone()); 100]).await;
    assert_eq!(clock::now() - begun, SECOND);
    assert_eq!(llm.spend().attempts, 1);
    for (place, outcome) in outcomes.into_iter().enumerate() {
        let answer = outcome.unwrap();
        assert_eq!((&*answer.value, answer.cached), ("0", place > 0));
        assert_eq!(answer.attempts, u32::from(place == 0));
    }
    assert_eq!(cache.in_flight(), 0);
    // a moment later it is another call
    assert_eq!(fire(&go(), &llm).await.unwrap().value, "1");
}

#[tokio::test(start_paused = true)]
async fn other_calls_do_not_wait() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::saying("a")).cache(&cache);
    let begun = clock::now();
    let calls = (0..10).map(|it| (go().temperature(it.into()), llm.clone()));
    let outcomes = all(calls.collect()).await;
    assert!(outcomes.into_iter().all(|it| !it.unwrap().cached));
    assert_eq!(clock::now() - begun, SECOND);
    assert_eq!((llm.spend().attempts, cache.in_flight()), (10, 0));
}

#[tokio::test(start_paused = true)]
async fn if_the_first_is_cancelled_the_next_one_asks() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::by(|number| Ok(answer(&number.to_string())))).cache(&cache);
    let mut tasks = JoinSet::new();
    let mut first = None;
    for _ in 0..5 {
        let llm = llm.clone();
        let handle = tasks.spawn(async move { fire(&go(), &llm).await });
        first.get_or_insert(handle);
        yield_now().await;
    }
    sleep(SECOND / 2).await;
    first.unwrap().abort();
    let begun = clock::now();
    let mut values = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        values.extend(joined.ok().map(|it| it.unwrap().value));
    }
    assert_eq!(values, ["1"; 4]);
    assert_eq!(clock::now() - begun, SECOND);
    assert_eq!((llm.spend().attempts, cache.in_flight()), (2, 0));
}

/// Wherever any of them is cut off, the others have their answer, and nothing is left.
#[tokio::test(start_paused = true)]
async fn whoever_is_cancelled_and_when_the_others_have_their_answer() {
    for cut in 0..4 {
        for after in 0..8 {
            let cache = Cache::memory(after % 2);
            let llm = Llm::new(Model::saying("a")).cache(&cache);
            let calls = (0..4).map(|place| {
                let llm = llm.clone();
                let limit = if place == cut {
                    SECOND * after as u32 / 4
                } else {
                    60 * SECOND
                };
                tokio::spawn(async move { timeout(limit, fire(&go(), &llm)).await })
            });
            let calls: Vec<_> = calls.collect();
            for (place, call) in calls.into_iter().enumerate() {
                match call.await.unwrap() {
                    Ok(outcome) => assert_eq!(outcome.unwrap().value, "a"),
                    Err(_) => assert_eq!(place, cut),
                }
            }
            assert_eq!(cache.in_flight(), 0);
            assert!(llm.spend().attempts <= 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_ones_deadline_is_its_own() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::by(|number| Ok(answer(&number.to_string())))).cache(&cache);
    let hasty = go().timeout(SECOND / 2);
    let calls = vec![
        (hasty, llm.clone()),
        (go(), llm.clone()),
        (go(), llm.clone()),
    ];
    let [first, second, third] = all(calls).await.try_into().unwrap();
    let error = first.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    assert_eq!(error.attempts(), 1);
    let (second, third) = (second.unwrap(), third.unwrap());
    assert_eq!((&*second.value, second.cached), ("1", false));
    assert_eq!((&*third.value, third.cached), ("1", true));
    assert_eq!((llm.spend().attempts, cache.in_flight()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn who_waits_does_so_until_its_own_time_is_over() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::saying("a")).cache(&cache);
    let begun = clock::now();
    let first = tokio::spawn({
        let llm = llm.clone();
        async move { fire(&go(), &llm).await }
    });
    yield_now().await;
    let error = fire(&go().timeout(SECOND / 4), &llm).await.unwrap_err();
    assert_eq!(clock::now() - begun, SECOND / 4);
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    assert_eq!(error.attempts(), 0);
    assert_eq!(first.await.unwrap().unwrap().value, "a");
    assert_eq!((llm.spend().attempts, cache.in_flight()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_error_is_shared_and_not_kept_and_costs_the_others_nothing() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::by(|_| {
        let mut error = ProviderError::new("test", Failure::Auth);
        error.usage = Some(Usage::new(7, 7));
        Err(error)
    }));
    let llm = llm.cache(&cache);
    let outcomes = all(vec![(go(), llm.clone()); 5]).await;
    assert_eq!(llm.spend().attempts, 1);
    for (place, outcome) in outcomes.into_iter().enumerate() {
        let error = outcome.unwrap_err();
        assert_eq!(error.provider().unwrap().kind, Failure::Auth);
        let paid = (place == 0).then_some(Usage::new(7, 7));
        assert_eq!(error.attempts(), u32::from(place == 0));
        assert_eq!(error.usage(), paid.unwrap_or_default());
        assert_eq!(error.provider().unwrap().usage, paid);
    }
    assert_eq!(cache.in_flight(), 0);
    fire(&go(), &llm).await.unwrap_err();
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_not_shared_with_who_has_more_patience() {
    let failing = |number| match number {
        0 => Err(ProviderError::new("test", Failure::Overloaded)),
        _ => Ok(answer("a")),
    };
    let llm = Llm::new(Model::by(failing)).cache(Cache::memory(10));
    let calls = vec![
        (go().retry(0), llm.clone()),
        (go().retry(0), llm.clone()),
        (go().retry(1), llm.clone()),
    ];
    let [first, second, third] = all(calls).await.try_into().unwrap();
    assert!(first.is_err());
    assert!(second.is_err());
    assert_eq!(third.unwrap().value, "a");
    assert_eq!(llm.spend().attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn what_one_validator_refuses_another_may_take() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::saying("a")).cache(&cache);
    let picky = go().reask(0).validate(|_: &String| Err("never"));
    let calls = vec![
        (picky.clone(), llm.clone()),
        (picky, llm.clone()),
        (go().reask(0), llm.clone()),
    ];
    let [first, second, third] = all(calls).await.try_into().unwrap();
    assert!(matches!(
        first.unwrap_err().kind(),
        ErrorKind::Invalid { .. }
    ));
    // the same validator, so the same error
    let error = second.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
    assert_eq!(error.attempts(), 0);
    assert_eq!(third.unwrap().value, "a");
    assert_eq!((llm.spend().attempts, cache.in_flight()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_next_one_does_not_take_is_asked_for_by_it() {
    let cache = Cache::memory(0);
    let llm = Llm::new(Model::by(|number| Ok(answer(&number.to_string())))).cache(&cache);
    let picky = go().validate(|it: &String| if it == "0" { Err("not 0") } else { Ok(()) });
    let calls = vec![
        (go(), llm.clone()),
        (picky.clone(), llm.clone()),
        (picky, llm.clone()),
    ];
    let outcomes = all(calls).await.into_iter();
    let outcomes: Vec<_> = outcomes.map(|it| it.unwrap()).collect();
    let values = outcomes.iter().map(|it| (&*it.value, it.cached));
    assert_eq!(
        values.collect::<Vec<_>>(),
        [("0", false), ("1", false), ("1", true)]
    );
    assert_eq!((llm.spend().attempts, cache.in_flight()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_validator_that_panics_leaves_the_next_one_its_turn() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::saying("a")).cache(&cache);
    let broken = go().validate(|_: &String| -> Result<(), String> { panic!("on purpose") });
    let first = tokio::spawn({
        let llm = llm.clone();
        async move { fire(&broken, &llm).await }
    });
    yield_now().await;
    assert_eq!(fire(&go(), &llm).await.unwrap().value, "a");
    assert!(first.await.unwrap_err().is_panic());
    assert_eq!((llm.spend().attempts, cache.in_flight()), (2, 0));
}

/// What a fallback answers: given to those who wait and have the same, and not kept.
#[tokio::test(start_paused = true)]
async fn the_answer_of_a_fallback_is_shared_with_its_like_and_not_kept() {
    let cache = Cache::memory(10);
    let llm = Llm::new(Model::saying("a"));
    let fired = go().asked("step", "a".into_input()).unwrap();
    let history = History::default();
    let question = Question::new(&fired.call, &*fired.typed, &llm, &history, None).unwrap();
    let other = Llm::new(Model::saying("b"));
    let other = ask(&fired.call, &*fired.typed, Talk::default(), &other);
    let record = other.await.unwrap();
    let asked = AtomicUsize::new(0);
    let call = |fallbacks: &str| -> Pin<Box<dyn Future<Output = StepRecord> + '_>> {
        let wanted = Wanted {
            question: &question,
            history: &history,
            llm: &llm,
            fallbacks: fallbacks.to_owned(),
            is_streamed: false,
            deadline: Deadline::after(60 * SECOND),
        };
        let by_fallback = !fallbacks.is_empty();
        let (record, asked) = (record.clone(), &asked);
        let answer = async move {
            asked.fetch_add(1, Ordering::Relaxed);
            sleep(SECOND).await;
            Ok(Fresh {
                record,
                by_fallback,
            })
        };
        let cache = &cache;
        Box::pin(async move { cached(cache, wanted, Box::pin(answer)).await.unwrap() })
    };
    let (first, second, third) = tokio::join!(call("b"), call("b"), call(""));
    assert_eq!(
        [first.cached, second.cached, third.cached],
        [false, true, false]
    );
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    cache.clear().await.unwrap();
    assert!(!call("b").await.cached);
    assert!(!call("b").await.cached);
    assert!(!call("").await.cached);
    assert!(call("b").await.cached);
}
