//! One workflow for many items: bounded, in order, each for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use zyn::batch::{BatchEvent, BatchReport, ItemError};
use zyn::prelude::*;
use zyn::testing::{Fake, Scripted};
use zyn::{BoxFuture, Profile, Provider, ProviderError, Request, Response, Usage};

workflow!(
    async fn polite(mail: &str) -> String {
        let polite = transform("Make it polite", mail);
        polite
    }
);

/// Says what it was told, later for some than for others, and counts how many wait.
#[derive(Clone, Default)]
struct Slow(Arc<Counts>);

#[derive(Default)]
struct Counts {
    waiting: AtomicUsize,
    most: AtomicUsize,
    ended: AtomicUsize,
}

/// Ends however the call ends.
struct Waiting<'c>(&'c Counts);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Provider for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn model(&self) -> &str {
        "slow"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let counts = &*self.0;
            let waiting = counts.waiting.fetch_add(1, Ordering::SeqCst) + 1;
            let _waiting = Waiting(counts);
            counts.most.fetch_max(waiting, Ordering::SeqCst);
            let text = request.prompt.blocks()[0].text.to_string();
            let number: u64 = text.parse().unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(number * 7919 % 100)).await;
            counts.ended.fetch_add(1, Ordering::SeqCst);
            Ok(Response::new(text, Usage::new(10, 1)))
        })
    }
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_items_come_back_in_their_order_and_no_more_than_the_bound_wait() {
    let (slow, items) = (Slow::default(), numbers(1_000));
    let llm = Llm::new(slow.clone());
    let batch = zyn::batch(&items, |item| polite(item)).concurrency(16);
    let report: BatchReport<String> = batch.run(&llm).await;
    assert!(report.values().eq(&items));
    assert_eq!(slow.0.most.load(Ordering::SeqCst), 16);
    assert_eq!(
        (report.ok(), report.failed(), report.attempts()),
        (1_000, 0, 1_000)
    );
    assert_eq!(report.usage(), Usage::new(10_000, 1_000));
    assert_eq!(report.spent(), llm.spend().usage);
    // sixteen at once: not one after another, which takes 49 s
    assert!(
        report.elapsed < Duration::from_secs(5),
        "{:?}",
        report.elapsed
    );
}

#[tokio::test(start_paused = true)]
async fn eight_run_at_once_if_it_is_not_said_and_none_is_one() {
    let (slow, items) = (Slow::default(), numbers(50));
    zyn::batch(&items, |item| polite(item))
        .run(&Llm::new(slow.clone()))
        .await;
    assert_eq!(slow.0.most.load(Ordering::SeqCst), 8);
    let slow = Slow::default();
    let batch = zyn::batch(&items, |item| polite(item)).concurrency(0);
    assert_eq!(batch.run(&Llm::new(slow.clone())).await.ok(), 50);
    assert_eq!(slow.0.most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_item_that_fails_leaves_the_others_and_its_own_session_alone() {
    let items = ["one", " ", "three"];
    let report = zyn::batch(items, polite).run(&Llm::new(Fake::new())).await;
    let lengths: Vec<_> = report.items.iter().map(|item| item.session.len()).collect();
    assert_eq!(lengths, [2, 0, 2]);
    let error = report.items[1].result.as_ref().unwrap_err();
    let ItemError::Failed(error) = error else {
        panic!("{error}");
    };
    assert!(
        matches!(error.kind(), zyn::ErrorKind::EmptyInput),
        "{error}"
    );
    assert_eq!(report.items[1].report.steps.len(), 1);
    assert_eq!((report.ok(), report.failed()), (2, 1));
}

workflow!(
    async fn checked(number: &str) -> String {
        let polite = transform("Make it polite", number);
        assert!(number != "2", "two is odd");
        polite
    }
);

#[tokio::test(start_paused = true)]
async fn an_item_that_panics_is_an_error_of_its_own_and_the_others_have_their_values() {
    let (items, llm) = (numbers(6), Llm::new(Slow::default()));
    let mut ended = Vec::new();
    let batch = zyn::batch(&items, |item| {
        assert!(item != "4", "no run for {item}");
        checked(item)
    });
    let batch = batch.concurrency(2).on_event(|event| {
        if let BatchEvent::Finished { index, ok, .. } = event {
            ended.push((index, ok));
        }
    });
    let report = batch.run(&llm).await;
    assert!(report.values().eq(["0", "1", "3", "5"]));
    let panics = [(2, "two is odd"), (4, "no run for 4")];
    for (place, message) in panics {
        let item = &report.items[place];
        let error = item.result.as_ref().unwrap_err();
        assert!(matches!(error, ItemError::Panicked(said) if said == message));
        assert!(item.session.is_empty());
        assert!(ended.contains(&(place, false)));
    }
    assert_eq!((report.ok(), report.failed(), ended.len()), (4, 2, 6));
    // the model was asked in the body that panicked, and only its ledger knows
    assert_eq!((report.attempts(), llm.spend().attempts), (4, 5));
}

#[tokio::test(start_paused = true)]
async fn progress_says_what_starts_and_ends_and_how_many_are_done() {
    let mut events = Vec::new();
    let items = ["3", "x", "1"];
    let batch = zyn::batch(items, polite).concurrency(2);
    let batch = batch.on_event(|event| events.push(event));
    batch.run(&Llm::new(Slow::default())).await;
    let mut started = Vec::new();
    let mut finished = Vec::new();
    for event in events {
        match event {
            BatchEvent::Started { index, .. } => started.push(index),
            BatchEvent::Finished {
                index,
                ok,
                done,
                total,
                ..
            } => {
                finished.push((index, ok, done, total));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(started, [0, 1, 2]);
    // 3 waits 57 ms, x waits not at all, 1 waits 19 ms
    assert_eq!(
        finished,
        [(1, true, 1, 3), (2, true, 2, 3), (0, true, 3, 3)]
    );
}

#[tokio::test]
async fn each_item_has_a_session_of_its_own() {
    let batch = zyn::batch(["a", "b"], polite);
    let batch = batch.sessions(|index| Session::named(format!("mail-{index}")));
    let report = batch.run(&Llm::new(Fake::new())).await;
    let ids: Vec<_> = report.items.iter().map(|item| item.session.id()).collect();
    assert_eq!(ids, ["mail-0", "mail-1"]);
    assert!(report.items.iter().all(|item| item.session.len() == 2));
}

#[tokio::test(start_paused = true)]
async fn dropping_it_abandons_what_is_in_flight_and_starts_nothing_more() {
    let (slow, items) = (Slow::default(), numbers(100));
    let llm = Llm::new(slow.clone());
    let batch = zyn::batch(&items, |item| polite(item))
        .concurrency(4)
        .run(&llm);
    let limit = Duration::from_millis(120);
    tokio::time::timeout(limit, batch).await.unwrap_err();
    assert_eq!(slow.0.waiting.load(Ordering::SeqCst), 0);
    let ended = slow.0.ended.load(Ordering::SeqCst);
    assert!((1..50).contains(&ended), "{ended}");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(slow.0.ended.load(Ordering::SeqCst), ended);
}

#[tokio::test]
async fn a_run_is_made_when_its_turn_comes() {
    let made = AtomicUsize::new(0);
    let items = numbers(10);
    let batch = zyn::batch(&items, |item| {
        made.fetch_add(1, Ordering::SeqCst);
        polite(item)
    });
    assert_eq!(made.load(Ordering::SeqCst), 0);
    let report = batch.run(&Llm::new(Fake::new())).await;
    assert_eq!((made.load(Ordering::SeqCst), report.ok()), (10, 10));
}

#[tokio::test]
async fn no_items_are_no_work() {
    let none: [&str; 0] = [];
    let llm = Llm::new(Scripted::new(none));
    let report = zyn::batch(none, polite).run(&llm).await;
    assert!(report.items.is_empty());
}

#[tokio::test]
async fn a_batch_can_be_given_to_a_task() {
    let task = tokio::spawn(async {
        let llm = Llm::new(Fake::new());
        let items = numbers(3);
        zyn::batch(&items, |item| polite(item)).run(&llm).await.ok()
    });
    assert_eq!(task.await.unwrap(), 3);
}
