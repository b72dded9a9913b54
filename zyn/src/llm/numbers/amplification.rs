//! However calls are nested, a server that fails gets a fifth more attempts than there are calls, and the reserve.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;

use crate::llm::{Llm, RESERVE};
use crate::numbers::row;
use crate::policy::{Breaker, Fallback, Hedging};
use crate::prelude::*;
use crate::provider::{BoxFuture, Class, Profile, Request};
use crate::{Failure, Provider, ProviderError, Response, Usage};

/// Calls of all kinds of failure together.
const FIRES: u64 = 100_000;
/// How many run at the same time.
const AT_ONCE: u64 = 50;
/// Many, so that nothing but the reserve bounds them.
const RETRIES: u32 = 9;

/// A server that fails always, each time after some time.
struct Down {
    name: &'static str,
    how: How,
    rng: Mutex<Rng>,
}

#[derive(Debug, Clone)]
enum How {
    Fails(Failure, Option<Duration>),
    Silent,
    Nonsense,
    /// In any of these ways.
    Any,
}

fn down(name: &'static str, how: How) -> Llm {
    let rng = Mutex::new(Rng::with_seed(7));
    Llm::new(Down { name, how, rng }).seed(7).retry(RETRIES)
}

fn ways() -> Vec<How> {
    let second = Some(Duration::from_secs(1));
    vec![
        How::Fails(Failure::Connect, None),
        How::Fails(Failure::RateLimit, None),
        How::Fails(Failure::Overloaded, second),
        How::Fails(Failure::Server, None),
        How::Fails(Failure::Auth, None),
        How::Fails(Failure::Refusal, None),
        How::Silent,
        How::Nonsense,
    ]
}

impl Down {
    /// How long it takes, and how it fails then.
    fn draw(&self) -> (Duration, How) {
        let mut rng = self.rng.lock().unwrap();
        let how = match &self.how {
            How::Any => {
                let mut ways = ways();
                ways.swap_remove(rng.usize(..ways.len()))
            }
            how => how.clone(),
        };
        (Duration::from_millis(rng.u64(1..4_000)), how)
    }
}

impl Provider for Down {
    fn name(&self) -> &str {
        "down"
    }

    fn model(&self) -> &str {
        self.name
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let (time, how) = self.draw();
        Box::pin(async move {
            tokio::time::sleep(time).await;
            match how {
                How::Fails(kind, wait) => {
                    let mut error = ProviderError::new("down", kind);
                    error.retry_after = wait;
                    Err(error)
                }
                How::Nonsense => Ok(Response::new("?", Usage::new(1, 1))),
                How::Silent | How::Any => std::future::pending().await,
            }
        })
    }
}

/// Runs `fires` calls, many at once, and says how many they were with all that is inside them.
async fn fire<F>(fires: u64, one: impl Fn() -> F) -> u64
where
    F: Future<Output = u64> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    let mut calls = 0;
    for _ in 0..fires {
        if running.len() as u64 == AT_ONCE {
            calls += running.join_next().await.unwrap().unwrap();
        }
        running.spawn(one());
    }
    while let Some(done) = running.join_next().await {
        calls += done.unwrap();
    }
    calls
}

fn attempts(llms: &[&Llm]) -> u64 {
    llms.iter().map(|it| it.spend().attempts).sum()
}

/// What may be made of so many calls.
fn most(calls: u64, reserve: u32) -> u64 {
    calls + calls / 5 + u64::from(reserve)
}

#[tokio::test(start_paused = true)]
async fn of_calls_that_all_fail_a_fifth_is_repeated_at_most_and_the_reserve() {
    let ways = ways();
    let fires = FIRES / ways.len() as u64;
    let mut sum = 0;
    for how in ways {
        let llm = down("alpha", how.clone()).attempt_timeout(Duration::from_secs(9));
        let calls = fire(fires, || {
            let llm = llm.clone();
            async move {
                let binary = zyn::binary("Is it?").reask(3);
                let error = binary.fire(&llm, &mut Session::new(), "It is.").await;
                assert!(error.is_err());
                1
            }
        })
        .await;
        let made = attempts(&[&llm]);
        let most = most(calls, RESERVE);
        assert!(made <= most, "{how:?}: {made} attempts of {most}");
        // what can pass takes what there is
        let terminal = matches!(how, How::Fails(Failure::Auth | Failure::Refusal, _));
        let least = if terminal { calls } else { calls + calls / 5 };
        assert!(made >= least, "{how:?}: {made} attempts");
        sum += made;
    }
    row(
        "10",
        &format!(
            "{FIRES} calls of a server that fails always, in 8 ways (every class), {RETRIES} retries and 3 re-asks allowed, {AT_ONCE} at once"
        ),
        &format!("{sum} attempts; in each way at most 1.2 × calls + {RESERVE}"),
    );
}

workflow!(
    /// Goes on whatever fails.
    async fn stubborn(text: &str) -> bool {
        let first = binary("Is it first?", text).reask(3) else {
            false
        };
        let (_second, _third) = join(
            binary("Is it second?", text).reask(3),
            binary("Is it third?", text).reask(3),
        ) else {
            return first;
        };
        first
    }
);

#[tokio::test(start_paused = true)]
async fn the_bound_holds_for_each_model_of_workflows_with_fallbacks_reasks_and_hedges() {
    const RUNS: u64 = 4_000;
    const RESERVE: u32 = 50;
    let limit = Duration::from_secs(9);
    let hedged = |name| {
        let hedging = Hedging::after(Duration::from_secs(1)).part(1.0);
        let llm = down(name, How::Any).attempt_timeout(limit);
        llm.hedging(hedging).retry_reserve(RESERVE)
    };
    let gamma = hedged("gamma");
    let beta = hedged("beta").fallback(Fallback::to(&gamma).when(|_| true));
    let alpha = hedged("alpha")
        .fallback(&beta)
        .fallback(Fallback::to(&beta).on([Class::InvalidReply, Class::Terminal]));
    let calls = fire(RUNS, || {
        let alpha = alpha.clone();
        async move {
            let run = stubborn("It is.");
            let (_, report) = run.run_detailed(&alpha, &mut Session::new()).await;
            report.steps.len() as u64
        }
    })
    .await;
    let made = [&alpha, &beta, &gamma].map(|llm| attempts(&[llm]));
    let most = most(calls, RESERVE);
    assert!(
        made.iter().all(|made| *made <= most),
        "{made:?} attempts of {most}"
    );
    // steps that were cut off have asked for less
    assert!(made[0] >= calls + calls / 10, "{made:?} attempts");
    row(
        "10",
        &format!(
            "{RUNS} runs of a workflow of {calls} steps on 3 models that fail always, with retries, re-asks, hedges and fallbacks"
        ),
        &format!("{made:?} attempts; 1.2 × steps + {RESERVE}, the bound for each model, is {most}"),
    );
}

/// Each sample is a call of its own.
#[tokio::test(start_paused = true)]
async fn the_bound_holds_for_samples_that_fall_back() {
    const SAMPLES: u32 = 3;
    const RESERVE: u32 = 50;
    let down = |name| down(name, How::Any).retry_reserve(RESERVE);
    let gamma = down("gamma");
    let beta = down("beta").fallback(Fallback::to(&gamma).when(|_| true));
    let spared = Breaker::new().calls(1).open_for(Duration::from_secs(100));
    let alpha = down("alpha")
        .breaker(spared)
        .fallback(Fallback::to(&beta).when(|_| true));
    let calls = fire(2_000, || {
        let alpha = alpha.clone();
        async move {
            let binary = zyn::binary("Is it?").agreement(SAMPLES);
            let error = binary.fire(&alpha, &mut Session::new(), "It is.").await;
            assert!(error.is_err());
            u64::from(SAMPLES)
        }
    })
    .await;
    let made = [&alpha, &beta, &gamma].map(|llm| attempts(&[llm]));
    let most = most(calls, RESERVE);
    assert!(
        made.iter().all(|made| *made <= most),
        "{made:?} attempts of {most}"
    );
    assert!(made[1] >= calls + calls / 10, "{made:?} attempts");
}
