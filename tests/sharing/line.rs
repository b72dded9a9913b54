//! Transactions of one conversation, one after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::task::{JoinSet, yield_now};
use tokio::time::Instant;
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Error, ErrorKind, Failure, Message, SharedSession};

use super::{fire, fire_in_line, inputs, turns_in_order, witness};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_tasks_fire_and_each_reply_stands_behind_what_it_was_made_from() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let mut tasks = JoinSet::new();
    for who in 0..64 {
        let (llm, shared) = (llm.clone(), shared.clone());
        tasks.spawn(async move { fire_in_line(&llm, &shared, &format!("0.001 {who}")).await });
    }
    let mut seen = 0;
    while let Some(fired) = tasks.join_next().await {
        fired.unwrap().unwrap();
        let turns = turns_in_order(&shared.snapshot());
        assert!(turns >= seen);
        seen = turns;
    }
    assert_eq!(
        (turns_in_order(&shared.snapshot()), shared.version()),
        (64, 64)
    );
    println!("64 tasks, 64 turns, each behind the history that it was made from");
}

#[tokio::test(start_paused = true)]
async fn who_asks_first_is_served_first() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let mut tasks = JoinSet::new();
    for input in ["3 a", "1 b", "2 c", "0 d"] {
        let (llm, shared) = (llm.clone(), shared.clone());
        tasks.spawn(async move { fire_in_line(&llm, &shared, input).await.unwrap() });
        yield_now().await;
    }
    tasks.join_all().await;
    assert_eq!(inputs(&shared.snapshot()), ["3 a", "1 b", "2 c", "0 d"]);
}

workflow!(
    async fn twice(name: &str) -> String {
        let one = transform("Greet", name);
        let two = transform("Greet", &one);
        two
    }
);

#[derive(Debug)]
enum Mine {
    Blank,
    Zyn(Error),
}

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self::Zyn(error)
    }
}

/// As a server writes it: a boxed future that must be `Send`.
fn handler(
    shared: SharedSession,
    llm: Llm,
    body: String,
) -> BoxFuture<'static, Result<String, Mine>> {
    Box::pin(async move {
        let name = body.trim();
        let work = async |session: &mut Session| {
            let answer = twice(name).run(&llm, session).await?;
            if answer.is_empty() {
                return Err(Mine::Blank);
            }
            fire(&llm, session, name).await?;
            Ok(answer)
        };
        shared.transaction(work).await
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_runs_and_fires_in_a_transaction_can_be_spawned() {
    let shared = SharedSession::new(Session::new());
    let llm = Llm::new(Scripted::new(["Hi", "Hello", "Bye"]));
    let task = tokio::spawn(handler(shared.clone(), llm, "Ada ".to_owned()));
    assert_eq!(task.await.unwrap().unwrap(), "Hello");
    assert_eq!((shared.snapshot().len(), shared.version()), (6, 1));
    let failing = Llm::new(Scripted::new(["Hi"]).then(Failure::Auth));
    let task = tokio::spawn(handler(shared.clone(), failing, "Ada".to_owned()));
    let error = task.await.unwrap().unwrap_err();
    assert!(matches!(error, Mine::Zyn(error) if error.step() == Some("two")));
    assert_eq!((shared.snapshot().len(), shared.version()), (6, 1));
}

#[tokio::test]
async fn what_a_transaction_does_is_seen_by_nobody_before_it_ends() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let work = async |session: &mut Session| {
        fire(&llm, session, "Ada").await?;
        assert_eq!(
            (session.len(), shared.snapshot().len(), shared.version()),
            (2, 0, 0)
        );
        fire(&llm, session, "Grace").await
    };
    shared.transaction(work).await.unwrap();
    assert_eq!(
        (turns_in_order(&shared.snapshot()), shared.version()),
        (2, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_a_panic_and_a_dropped_future_leave_no_trace_and_the_next_in_line_follows() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    fire_in_line(&llm, &shared, "Ada").await.unwrap();
    let before = shared.snapshot();
    let unchanged = || {
        let now = shared.snapshot();
        assert!(std::ptr::eq(now.at(0).unwrap(), before.at(0).unwrap()));
        assert_eq!((now, shared.version()), (before.clone(), 1));
    };

    let failed = shared.transaction(async |session| {
        fire(&llm, session, "Grace").await?;
        session.clear();
        fire(&llm, session, " ").await
    });
    assert!(failed.await.is_err());
    unchanged();

    let panics = shared.transaction(async |session| {
        session.clear();
        assert!(!session.is_empty(), "the work panics");
        Ok::<_, Error>(())
    });
    let mut panics = pin!(panics);
    let mut context = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| panics.as_mut().poll(&mut context)));
    assert!(polled.is_err());
    unchanged();

    let at_work = tokio::spawn({
        let (llm, shared) = (llm.clone(), shared.clone());
        async move { fire_in_line(&llm, &shared, "5 Grace").await }
    });
    yield_now().await;
    let in_line = tokio::time::timeout(Duration::from_secs(1), fire_in_line(&llm, &shared, "Alan"));
    assert!(in_line.await.is_err());
    unchanged();
    at_work.abort();
    assert!(at_work.await.unwrap_err().is_cancelled());
    unchanged();

    let next = fire_in_line(&llm, &shared, "Barbara");
    tokio::time::timeout(Duration::from_secs(1), next)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(inputs(&shared.snapshot()), ["Ada", "Barbara"]);
    turns_in_order(&shared.snapshot());
}

#[tokio::test(start_paused = true)]
async fn a_transaction_inside_itself_is_an_error_and_not_a_deadlock() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let (same, other) = (shared.clone(), SharedSession::new(Session::new()));
    let inside = shared.transaction(async |_| fire_in_line(&llm, &same, "Ada").await);
    let through_another = shared.transaction(async |_| {
        let work = async |_: &mut Session| fire_in_line(&llm, &same, "Ada").await;
        other.transaction(work).await
    });
    let both = async { [inside.await, through_another.await] };
    let outcomes = tokio::time::timeout(Duration::from_secs(9), both).await;
    for outcome in outcomes.expect("no deadlock") {
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Reentrant), "{error}");
    }
    assert_eq!((shared.version(), other.version()), (0, 0));
    assert_eq!(llm.spend().attempts, 0);
}

#[tokio::test]
async fn transactions_on_two_conversations_and_beside_each_other_are_no_reentry() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let other = SharedSession::new(Session::new());
    let work = async |session: &mut Session| {
        fire_in_line(&llm, &other, "Grace").await?;
        fire(&llm, session, "Ada").await
    };
    let beside = fire_in_line(&llm, &shared, "Alan");
    tokio::try_join!(shared.transaction(work), beside).unwrap();
    assert_eq!(inputs(&shared.snapshot()), ["Ada", "Alan"]);
    assert_eq!(inputs(&other.snapshot()), ["Grace"]);
}

#[tokio::test(start_paused = true)]
async fn the_time_in_the_line_counts_against_the_first_request() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let minute = zyn::transform("Greet").timeout(Duration::from_secs(60));
    let start = Instant::now();
    let first = fire_in_line(&llm, &shared, "40 Ada");
    // 40 s in the line and 30 s of the model are over the limit, which ends it at 60
    let second = shared.transaction(async |session| {
        let error = minute.fire(&llm, session, "30 Grace").await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Deadline { .. }),
            "{error}"
        );
        assert_eq!((error.attempts(), start.elapsed().as_secs()), (1, 60));
        // the next has a minute of its own
        minute.fire(&llm, session, "30 Grace").await
    });
    // 90 s in the line are over it before anything is sent
    let third = shared.transaction(async |session| minute.fire(&llm, session, "Alan").await);
    let (first, second, third) = tokio::join!(first, second, third);
    first.and(second).unwrap();
    let error = third.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { limit } if limit.as_secs() == 60));
    assert_eq!((error.attempts(), start.elapsed().as_secs()), (0, 90));
    assert_eq!(llm.spend().attempts, 3);
    assert_eq!(inputs(&shared.snapshot()), ["40 Ada", "30 Grace"]);
}

#[tokio::test(start_paused = true)]
async fn the_time_at_work_before_a_request_does_not_count_against_it() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let minute = zyn::transform("Greet").timeout(Duration::from_secs(60));
    let work = async |session: &mut Session| {
        tokio::time::sleep(Duration::from_secs(90)).await;
        minute.fire(&llm, session, "30 Ada").await
    };
    shared.transaction(work).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_a_branch_has_overtaken_hands_back_what_was_paid_and_commits_nothing() {
    let (llm, shared) = (witness(), SharedSession::new(Session::new()));
    let overtakes = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut branch = shared.branch();
        branch.session.append(Message::user("first"));
        shared.commit(&mut branch).unwrap();
    };
    let (overtaken, ()) = tokio::join!(fire_in_line(&llm, &shared, "2 Ada"), overtakes);
    let error = overtaken.unwrap_err();
    let ErrorKind::Overtaken { conflict, branch } = error.kind() else {
        panic!("{error}");
    };
    assert_eq!((conflict.expected, conflict.found), (0, 1));
    assert_eq!(branch.session.len(), 2, "question and answer");
    assert!(error.is_retryable());
    assert_eq!(shared.snapshot().messages(), [Message::user("first")]);
    assert_eq!(llm.spend().attempts, 1, "paid, and the ledger knows");
}
