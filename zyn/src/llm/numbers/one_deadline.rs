//! One deadline goes through a fire, its retries, its re-asks, its fallbacks, and through the whole of a workflow.

use std::time::Duration;

use crate::llm::Llm;
use crate::numbers::row;
use crate::policy::Fallback;
use crate::prelude::*;
use crate::provider::{BoxFuture, Profile, Request};
use crate::{Error, ErrorKind, Failure, Provider, ProviderError, Response, Usage, clock};

const SECOND: Duration = Duration::from_secs(1);

/// Comes to this after so many seconds, always.
struct After(u32, Result<&'static str, (Failure, Duration)>);

impl Provider for After {
    fn name(&self) -> &str {
        "after"
    }

    fn model(&self) -> &str {
        "m"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            tokio::time::sleep(self.0 * SECOND).await;
            match &self.1 {
                Ok(text) => Ok(Response::new(*text, Usage::new(1, 1))),
                Err((kind, wait)) => {
                    let mut error = ProviderError::new("after", kind.clone());
                    error.retry_after = Some(*wait);
                    Err(error)
                }
            }
        })
    }
}

const YES: &str = r#"{"answer":true}"#;

fn valid(seconds: u32) -> Llm {
    Llm::new(After(seconds, Ok(YES)))
}

fn invalid(seconds: u32) -> Llm {
    Llm::new(After(seconds, Ok("?")))
}

fn fails(seconds: u32, kind: Failure, wait: u32) -> Llm {
    let failure = Err((kind, wait * SECOND));
    Llm::new(After(seconds, failure)).seed(1)
}

fn behind(llm: Llm, other: &Llm) -> Llm {
    llm.fallback(Fallback::to(other).when(|_| true))
}

/// How long it took in seconds, and the error it ended with.
async fn timed<T>(call: impl Future<Output = Result<T, Error>>) -> (f64, Error) {
    let start = clock::now();
    let Err(error) = call.await else {
        panic!("it has answered");
    };
    ((clock::now() - start).as_secs_f64(), error)
}

fn is_deadline(error: &Error, limit: u64) -> bool {
    matches!(error.kind(), ErrorKind::Deadline { limit: it } if it.as_secs() == limit)
}

async fn fire(llm: &Llm) -> (f64, Error) {
    let binary = zyn::binary("Is it?").reask(9).timeout(10 * SECOND);
    timed(binary.fire(llm, &mut Session::new(), "It is.")).await
}

workflow!(
    /// Three steps, each of which has ten minutes of its own.
    async fn three(text: &str) -> bool {
        let first = binary("Is it first?", text) else {
            false
        };
        let (second, _third) = join(binary("Is it second?", text), binary("Is it third?", text))
        else {
            let again = binary("Is it not?", text);
            return again;
        };
        first && second
    }
);

async fn run(llm: &Llm) -> (f64, Error) {
    let session = &mut Session::new();
    let outcome = timed(three("It is.").timeout(10 * SECOND).run(llm, session)).await;
    assert!(session.is_empty());
    outcome
}

#[tokio::test(start_paused = true)]
async fn one_deadline_goes_through_retries_reasks_fallbacks_and_the_whole_workflow() {
    let mut shown = Vec::new();
    for (what, llm, attempts) in [
        ("an attempt", valid(11), 1),
        ("re-asks", invalid(3), 4),
        (
            "a fallback",
            behind(fails(6, Failure::Auth, 0), &valid(5)),
            2,
        ),
        (
            "re-asks of a fallback",
            behind(fails(6, Failure::Auth, 0), &invalid(3)),
            3,
        ),
        (
            "the re-ask of a second fallback",
            {
                let last = behind(fails(3, Failure::Auth, 0), &invalid(3));
                behind(fails(3, Failure::Auth, 0), &last)
            },
            4,
        ),
    ] {
        let (took, error) = fire(&llm).await;
        assert_eq!(took, 10.0, "{what}");
        assert!(is_deadline(&error, 10), "{what}: {error}");
        assert_eq!(error.attempts(), attempts, "{what}");
        shown.push(what);
    }
    for (what, llm) in [
        ("the first step of a run", valid(11)),
        ("its join", valid(6)),
        ("a re-ask in its first step", invalid(4)),
        (
            "a re-ask in its else",
            behind(fails(3, Failure::Auth, 0), &invalid(2)),
        ),
    ] {
        let (took, error) = run(&llm).await;
        assert_eq!(took, 10.0, "{what}");
        assert!(is_deadline(&error, 10), "{what}: {error}");
        shown.push(what);
    }
    row(
        "14",
        &format!("one deadline of 10 s, reached in {}", shown.join(", ")),
        "each ends at 10.000 s",
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_not_begun_that_passes_the_deadline_of_what_it_is_part_of() {
    // of 10 s, 6 are left to each fallback and to each second step
    let (took, error) = fire(&behind(
        fails(4, Failure::Auth, 0),
        &fails(0, Failure::RateLimit, 7),
    ))
    .await;
    assert_eq!(took, 4.0, "{error}");
    assert_eq!(error.provider().unwrap().kind, Failure::RateLimit);

    let turned_away = fails(4, Failure::RateLimit, 7);
    let (took, error) = run(&turned_away).await;
    // the first step, the join and the step in its else fail at once; without a deadline each would wait
    assert_eq!(took, 10.0, "{error}");
    assert!(is_deadline(&error, 10), "{error}");
    assert_eq!(turned_away.spend().attempts, 4);
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_run_has_its_own_time_where_that_is_less() {
    let llm = valid(3).timeout(2 * SECOND);
    let (took, error) = run(&llm).await;
    // the first step, the join, and the step in its else
    assert_eq!(took, 6.0);
    assert!(is_deadline(&error, 2), "{error}");
}
