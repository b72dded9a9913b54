//! A future that is dropped, wherever it stands.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Error, Failure, Spend, Usage};
use zyn_tests::Server;

use super::slow::Slow;
use super::{LOW, PLAN, Plan, REPLY, TICKET, anything, conversation, handle, the_next_run_works};

fn shrank(before: Spend, after: Spend) -> bool {
    after.attempts < before.attempts
        || after.unknown < before.unknown
        || after.usage.input_tokens < before.usage.input_tokens
        || after.usage.output_tokens < before.usage.output_tokens
}

/// Polls a future `polls` times, or until it is done, and gives its output if it is. Time passes between polls, so that
/// pauses end.
pub(super) async fn poll_times<T>(
    future: impl Future<Output = T>,
    polls: usize,
    llm: &Llm,
) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        let spent = llm.spend();
        let polled = future.as_mut().poll(&mut context);
        assert!(!shrank(spent, llm.spend()), "{spent:?} {:?}", llm.spend());
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::time::advance(Duration::from_millis(300)).await;
    }
    None
}

/// A script and how it ends if nobody drops it.
type Case = (&'static str, fn() -> Scripted, Ends);

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ends {
    Well,
    Badly,
}

fn scripts() -> Vec<Case> {
    vec![
        ("at once", || Scripted::new([LOW, PLAN, REPLY]), Ends::Well),
        (
            "with two re-asks",
            || {
                Scripted::new([
                    LOW,
                    "what?",
                    r#"{"action":"forbidden","days":1}"#,
                    PLAN,
                    REPLY,
                ])
            },
            Ends::Well,
        ),
        (
            "with retries",
            || {
                Scripted::new([LOW])
                    .then(Failure::RateLimit)
                    .then(Failure::Connect)
                    .then(PLAN)
                    .then(Failure::Server)
                    .then(REPLY)
            },
            Ends::Well,
        ),
        (
            "and a third step that fails",
            || Scripted::new([LOW, PLAN]).then(Failure::Auth),
            Ends::Badly,
        ),
    ]
}

/// The cut points of a future that `start` makes anew: dropped at each, it must leave no trace. Gives their number.
async fn cut_everywhere<S>(script: fn() -> Scripted, ends: Ends, fired: S) -> usize
where
    S: AsyncFn(&Llm, &mut Session) -> Result<(), Error>,
{
    for polls in 0.. {
        let provider = Slow::new(script(), 3);
        let (open, unreported) = (Arc::clone(&provider.open), Arc::clone(&provider.unreported));
        let llm = Llm::new(provider).seed(1);
        let mut session = conversation().await;
        let before = session.clone();
        let outcome = poll_times(fired(&llm, &mut session), polls, &llm).await;
        if let Some(outcome) = outcome {
            assert_eq!(outcome.is_ok(), ends == Ends::Well);
            assert_eq!(session == before, ends == Ends::Badly);
            return polls;
        }
        assert_eq!(session, before, "dropped after {polls} polls");
        assert_eq!(
            llm.spend().unknown,
            open.load(Ordering::SeqCst) + unreported.load(Ordering::SeqCst),
            "an attempt in flight was not counted as unknown after {polls} polls"
        );
        the_next_run_works(&mut session).await;
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_await_point_leaves_no_trace_and_the_next_run_works() {
    let mut cut_points = 0;
    for (name, script, ends) in scripts() {
        let points = cut_everywhere(script, ends, async |llm: &Llm, session: &mut Session| {
            handle(TICKET, anything).run(llm, session).await.map(drop)
        })
        .await;
        println!("a run {name}: {points} cut points");
        assert!(points > 8, "{name}: only {points}");
        cut_points += points;
    }
    println!("runs: {cut_points} cut points in all");
}

#[tokio::test(start_paused = true)]
async fn a_fire_dropped_at_any_await_point_leaves_no_trace() {
    let scripts: [Case; 3] = [
        ("at once", || Scripted::new([PLAN]), Ends::Well),
        (
            "with a re-ask and a retry",
            || Scripted::new(["what?"]).then(Failure::Server).then(PLAN),
            Ends::Well,
        ),
        (
            "that fails",
            || Scripted::new(["what?"]).then(Failure::Auth),
            Ends::Badly,
        ),
    ];
    let mut cut_points = 0;
    for (name, script, ends) in scripts {
        let points = cut_everywhere(script, ends, async |llm: &Llm, session: &mut Session| {
            let plan = zyn::extract::<Plan>("The plan");
            plan.fire(llm, session, TICKET).await.map(drop)
        })
        .await;
        println!("a fire {name}: {points} cut points");
        assert!(points > 3, "{name}: only {points}");
        cut_points += points;
    }
    println!("fires: {cut_points} cut points in all");
}

#[tokio::test]
async fn a_run_dropped_while_a_real_server_is_silent_leaves_no_trace() {
    let mut session = conversation().await;
    let before = session.clone();
    let server = Server::new([zyn_tests::Reply::answer(LOW), zyn_tests::Reply::Silence]);
    let llm = server.llm();
    let run = handle(TICKET, anything).run(&llm, &mut session);
    tokio::select! {
        outcome = run => panic!("nobody answered, and yet: {outcome:?}"),
        () = arrived(&server, 2) => {}
    }
    assert_eq!(session, before);
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.unknown), (2, 1));
    assert_eq!(spend.usage, Usage::new(10, 5));
    the_next_run_works(&mut session).await;
}

/// Waits until so many requests have been read.
async fn arrived(server: &Server, requests: usize) {
    while server.received().len() < requests {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
