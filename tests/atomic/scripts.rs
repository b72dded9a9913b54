//! Every script of four outcomes, in each mode of sharing, dropped after every number of polls.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Error, Failure, Profile, Provider, ProviderError, Request, Response, Usage};

use super::held::{Held, Mode, is_same};
use super::slow::once_pending;
use super::{PLAN, Plan, TICKET, conversation};

/// What comes of one attempt.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Accepted,
    Malformed,
    Invalid,
    RateLimited,
    ServerFailed,
    Silence,
    ConnectionLost,
    /// The caller's validator panics.
    Panic,
}

const OUTCOMES: [Outcome; 8] = [
    Outcome::Accepted,
    Outcome::Malformed,
    Outcome::Invalid,
    Outcome::RateLimited,
    Outcome::ServerFailed,
    Outcome::Silence,
    Outcome::ConnectionLost,
    Outcome::Panic,
];

type Script = [Outcome; 4];

fn scripts() -> impl Iterator<Item = Script> {
    let all = OUTCOMES.len();
    (0..all.pow(4)).map(move |n| [1, all, all.pow(2), all.pow(3)].map(|by| OUTCOMES[n / by % all]))
}

/// Plays a script, and accepts what comes after it.
struct Player {
    script: Script,
    calls: AtomicUsize,
}

impl Provider for Player {
    fn name(&self) -> &str {
        "player"
    }

    fn model(&self) -> &str {
        "player"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let outcome = self.script.get(call).copied();
        Box::pin(async move {
            // as one that connects, sends and reads
            for _ in 0..3 {
                once_pending().await;
            }
            let answer = |text: &str| Ok(Response::new(text, Usage::new(3, 1)));
            let failure = |kind| Err(ProviderError::new("player", kind));
            match outcome.unwrap_or(Outcome::Accepted) {
                Outcome::Accepted => answer(PLAN),
                Outcome::Malformed => answer("what?"),
                Outcome::Invalid => answer(r#"{"action":"forbidden","days":1}"#),
                Outcome::RateLimited => failure(Failure::RateLimit),
                Outcome::ServerFailed => failure(Failure::Server),
                Outcome::Silence => std::future::pending().await,
                Outcome::ConnectionLost => failure(Failure::Interrupted),
                Outcome::Panic => answer(r#"{"action":"unwind","days":1}"#),
            }
        })
    }
}

#[derive(Debug, PartialEq)]
enum End {
    Accepted,
    Failed,
    Panicked,
    Dropped,
}

/// Polls at most `polls` times and drops it then. Time passes in between, so that pauses end.
async fn end<T>(future: impl Future<Output = Result<T, Error>>, polls: usize) -> End {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
        match polled {
            Err(_) => return End::Panicked,
            Ok(Poll::Ready(Ok(_))) => return End::Accepted,
            Ok(Poll::Ready(Err(_))) => return End::Failed,
            Ok(Poll::Pending) => tokio::time::advance(Duration::from_millis(300)).await,
        }
    }
    End::Dropped
}

/// Plays every script in `mode` with a fire that is dropped after every number of polls.
async fn no_part_is_committed(mode: Mode) {
    let unwinds = |plan: &Plan| match plan.action.as_str() {
        // not `panic!`, which would print so often
        "unwind" => resume_unwind(Box::new("the validator panics")),
        _ => Ok::<_, &str>(()),
    };
    let plan = zyn::extract::<Plan>("The plan");
    let plan = plan.retry(3).reask(3).validate(unwinds);
    let next = zyn::transform("Answer");
    let before = conversation().await;
    let (mut cuts, mut accepted, mut failed, mut panicked) = (0, 0, 0, 0);
    for script in scripts() {
        for polls in 0.. {
            let at = || format!("{script:?}, {polls} polls");
            let calls = AtomicUsize::new(0);
            let llm = Llm::new(Player { script, calls }).seed(1);
            let llm = llm.attempt_timeout(Duration::from_secs(2));
            let mut held = Held::new(mode, &before);
            let work = async |session: &mut Session| plan.fire(&llm, session, TICKET).await;
            let end = end(held.change(work), polls).await;
            if end == End::Accepted {
                let now = held.now();
                let kept = now.messages().iter().take(before.len());
                assert!(kept.eq(before.messages()), "{}", at());
                assert_eq!(now.len(), before.len() + 2, "{}", at());
                assert_eq!(now.usage(), before.usage() + Usage::new(3, 1), "{}", at());
                accepted += 1;
                break;
            }
            assert!(is_same(&held.now(), &before), "{}", at());
            // whoever waits in the line must not wait for ever; elsewhere nothing is held that could be kept
            if end != End::Dropped || matches!(mode, Mode::Transaction) {
                let llm = Llm::new(Scripted::new(["On its way."]));
                let next = async |session: &mut Session| next.fire(&llm, session, TICKET).await;
                held.change(next).await.unwrap();
                assert_eq!(held.now().len(), before.len() + 2, "{}", at());
            }
            match end {
                End::Failed => failed += 1,
                End::Panicked => panicked += 1,
                End::Accepted | End::Dropped => {
                    cuts += 1;
                    continue;
                }
            }
            break;
        }
    }
    println!(
        "{mode:?}: 4096 scripts, {cuts} cut points; {accepted} accepted, {failed} failed, {panicked} panicked; 0 partial commits"
    );
    assert_eq!(accepted + failed + panicked, 4096);
    let ends = [accepted, failed, panicked];
    assert!(ends.iter().all(|count| *count > 500) && cuts >= 40_000);
}

#[tokio::test(start_paused = true)]
async fn a_fire_commits_no_part_whatever_comes_and_wherever_it_is_dropped() {
    no_part_is_committed(Mode::Exclusive).await;
}

#[tokio::test(start_paused = true)]
async fn a_shared_transaction_commits_no_part_and_holds_up_nobody() {
    no_part_is_committed(Mode::Transaction).await;
}

#[tokio::test(start_paused = true)]
async fn a_branch_commits_no_part_whatever_comes_and_wherever_it_is_dropped() {
    no_part_is_committed(Mode::Branch).await;
}
