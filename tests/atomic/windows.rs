//! A context window edits the session with the commit or not at all, whatever ends the fire, and wherever.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Error, ErrorKind, Failure, Spend, Window};

use super::cut::{Ends, poll_times};
use super::panics::{block_on, panicked};
use super::slow::Slow;
use super::{LOW, PLAN, Plan, REPLY, TICKET, anything, conversation, handle, the_next_run_works};

/// A conversation of two turns.
async fn long() -> Session {
    let llm = Llm::new(Scripted::new(["Hello again"]));
    let mut session = conversation().await;
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Bob").await.unwrap();
    session
}

/// What the model and the one that sums up answer, and how it ends if nobody drops it.
type Case = (&'static str, fn() -> [Scripted; 2], Ends);

fn summary() -> Scripted {
    Scripted::new(["They greeted Ada."; 9])
}

fn cases() -> [Case; 5] {
    [
        (
            "at once",
            || [Scripted::new([LOW, PLAN, REPLY]), summary()],
            Ends::Well,
        ),
        (
            "with a re-ask and retries",
            || {
                let model = Scripted::new([LOW, "what?"]).then(Failure::Server);
                let small = Scripted::new([Failure::RateLimit]).then(Failure::Connect);
                let small = small
                    .then("They greeted Ada.")
                    .then("And Bob.")
                    .then("Low.");
                [model.then(PLAN).then(REPLY), small]
            },
            Ends::Well,
        ),
        (
            "and a third step that fails",
            || [Scripted::new([LOW, PLAN]).then(Failure::Auth), summary()],
            Ends::Badly,
        ),
        (
            "and a first summary that fails",
            || [Scripted::new([LOW]), Scripted::new([Failure::Quota])],
            Ends::Badly,
        ),
        (
            "and a third summary that fails",
            || {
                let small = Scripted::new(["They greeted Ada.", "And Bob."]);
                [Scripted::new([LOW, PLAN]), small.then(Failure::Refusal)]
            },
            Ends::Badly,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_run_with_summaries_dropped_at_any_await_point_leaves_no_trace() {
    let mut cut_points = 0;
    for (name, script, ends) in cases() {
        let points = cut_everywhere(script, ends).await;
        println!("a run with summaries {name}: {points} cut points");
        assert!(points > 3, "{name}: only {points}");
        cut_points += points;
    }
    println!("runs with summaries: {cut_points} cut points in all");
}

/// The cut points of a run whose every step sums up what falls out.
async fn cut_everywhere(script: fn() -> [Scripted; 2], ends: Ends) -> usize {
    for polls in 0.. {
        let providers = script().map(|script| Slow::new(script, 3));
        let counts = providers
            .each_ref()
            .map(|it| (Arc::clone(&it.open), Arc::clone(&it.unreported)));
        let [llm, small] = providers.map(|provider| Llm::new(provider).seed(1));
        let mut session = long().await;
        session.set_window(Window::last_turns(1).summarise(&small));
        let before = session.clone();
        let run = handle(TICKET, anything).run(&llm, &mut session);
        if let Some(outcome) = poll_times(run, polls, &llm).await {
            assert_eq!(outcome.is_ok(), ends == Ends::Well);
            assert_eq!(session == before, ends == Ends::Badly);
            return polls;
        }
        assert_eq!(session, before, "dropped after {polls} polls");
        for (llm, (open, unreported)) in [&llm, &small].into_iter().zip(&counts) {
            let unknown = open.load(Ordering::SeqCst) + unreported.load(Ordering::SeqCst);
            assert_eq!(llm.spend().unknown, unknown, "after {polls} polls");
        }
        session.set_window(None);
        the_next_run_works(&mut session).await;
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn a_summary_that_hangs_ends_with_the_time_of_the_fire_and_changes_nothing() {
    let limit = Duration::from_secs(5);
    let llm = Llm::new(Scripted::new([PLAN]));
    let small = Llm::new(Slow::new(summary(), 0).hanging_at(0));
    let mut session = long().await;
    session.set_window(Window::last_turns(1).summarise(&small));
    let before = session.clone();
    let plan = zyn::extract::<Plan>("The plan").timeout(limit);
    let start = tokio::time::Instant::now();
    let error = plan.fire(&llm, &mut session, TICKET).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), limit.as_secs());
    let ErrorKind::Summary(inner) = error.kind() else {
        panic!("{error}");
    };
    let late =
        |error: &Error| matches!(error.kind(), ErrorKind::Deadline { limit: l } if *l == limit);
    assert!(late(inner) && error.is_retryable());
    assert_eq!(session, before);
    assert_eq!((small.spend().attempts, small.spend().unknown), (1, 1));
    assert_eq!(llm.spend(), Spend::default());
    session.set_window(None);
    the_next_run_works(&mut session).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_summary_leaves_the_fire_the_rest_of_its_time() {
    let llm = Llm::new(Slow::new(Scripted::new([PLAN]), 0).hanging_at(0));
    let small = Llm::new(Scripted::new([Failure::Server]).then("They greeted Ada."));
    let mut session = long().await;
    session.set_window(Window::last_turns(1).summarise(&small));
    let before = session.clone();
    let plan = zyn::extract::<Plan>("The plan").timeout(Duration::from_secs(9));
    let start = tokio::time::Instant::now();
    let error = plan.fire(&llm, &mut session, TICKET).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    assert_eq!(
        start.elapsed().as_secs(),
        9,
        "the pause of the summary is in it"
    );
    assert_eq!(session, before);
}

#[test]
fn a_summary_or_a_predicate_that_panics_leaves_no_trace() {
    let broken = Llm::new(Scripted::by(|_| panic!("the provider panics")));
    let windows = [
        Window::last_turns(1).summarise(&broken),
        Window::keep_if(|_| panic!("the predicate panics")),
    ];
    for window in windows {
        let mut session = block_on(long());
        session.set_window(window);
        let before = session.clone();
        let llm = Llm::new(Scripted::new([LOW, PLAN, REPLY]));
        assert!(panicked(handle(TICKET, anything).run(&llm, &mut session)));
        assert_eq!(session, before);
        assert_eq!(llm.spend(), Spend::default());
        let plan = zyn::extract::<Plan>("The plan");
        assert!(panicked(plan.fire(&llm, &mut session, TICKET)));
        assert_eq!(session, before);
        session.set_window(None);
        block_on(the_next_run_works(&mut session));
    }
    assert_eq!((broken.spend().attempts, broken.spend().unknown), (2, 2));
}

#[test]
fn a_fire_that_panics_after_its_summary_leaves_no_trace_and_keeps_the_bill() {
    let small = Llm::new(summary());
    let mut session = block_on(long());
    session.set_window(Window::last_turns(1).summarise(&small));
    let before = session.clone();
    let llm = Llm::new(Scripted::new([PLAN]));
    let plan = zyn::extract::<Plan>("The plan");
    let plan = plan.validate(|_: &Plan| -> Result<(), String> { panic!("the validator panics") });
    assert!(panicked(plan.fire(&llm, &mut session, TICKET)));
    assert_eq!(session, before);
    assert_eq!((small.spend().attempts, small.spend().unknown), (1, 0));
    assert!(small.spend().usage.total() > 0);
}
