//! Whatever the order in which options are set, an [`Llm`] behaves the same.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::llm::{Budget, Llm};
use crate::numbers::row;
use crate::policy::{Breaker, Cache, Hedging, RateLimit};
use crate::provider::{BoxFuture, Profile, Request};
use crate::session::Session;
use crate::{Failure, Provider, ProviderError, Response, Usage, clock};

const SECOND: Duration = Duration::from_secs(1);

/// What the options are set to.
struct Parts {
    cache: Cache,
    spare: Llm,
    budget: Budget,
    breaker: Breaker,
    limit: RateLimit,
}

/// Sets one option.
type Setter = fn(Llm, &Parts) -> Llm;

/// The layers, from the outermost to the one at the provider. What an attempt does by itself, its own time and its hedge,
/// is set beforehand.
const OPTIONS: [Setter; 7] = [
    |llm, _| llm.timeout(20 * SECOND),
    |llm, parts| llm.cache(&parts.cache),
    |llm, parts| llm.fallback(&parts.spare),
    |llm, _| llm.retry(2),
    |llm, parts| llm.budget(&parts.budget),
    |llm, parts| llm.breaker(&parts.breaker),
    |llm, parts| llm.rate_limit(&parts.limit),
];

/// All orders of `items`, one after another.
fn permute<T: Copy>(items: &mut Vec<T>, fixed: usize, visit: &mut impl FnMut(&[T])) {
    if fixed == items.len() {
        return visit(items);
    }
    for place in fixed..items.len() {
        items.swap(fixed, place);
        permute(items, fixed + 1, visit);
        items.swap(fixed, place);
    }
}

/// Plays a list: after so many milliseconds this, attempt by attempt.
struct Plays {
    model: &'static str,
    list: &'static [(u64, Play)],
    next: AtomicUsize,
}

#[derive(Clone, Copy)]
enum Play {
    Yes,
    Nonsense,
    Failure(&'static Failure),
    /// Turned away, to come back after so many seconds.
    Wait(u64),
    Silence,
}

use Play::{Nonsense, Silence, Wait, Yes};

/// Each fire, and the layer that it is to go through.
const FIRST: &[(u64, Play)] = &[
    // a hedge that answers first; who asks the same again has it from the cache
    (3_000, Yes),
    (1_000, Yes),
    // a retry behind the server's wait, and a re-ask
    (100, Wait(2)),
    (100, Nonsense),
    (100, Yes),
    // one that waits for the rate limit, and whose retry and hedge run into the attempt timeout: the breaker opens, the
    // fallback answers
    (100, Play::Failure(&Failure::Server)),
    (0, Silence),
    (0, Silence),
    // the probe
    (100, Yes),
    // longer than anyone waits: the fallback runs into the deadline
    (100, Wait(500)),
];

const SPARE: &[(u64, Play)] = &[(500, Yes), (500, Yes), (0, Silence)];

impl Plays {
    fn llm(model: &'static str, list: &'static [(u64, Play)]) -> Llm {
        let next = AtomicUsize::new(0);
        Llm::new(Self { model, list, next }).seed(17)
    }
}

impl Provider for Plays {
    fn name(&self) -> &str {
        "plays"
    }

    fn model(&self) -> &str {
        self.model
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        let next = self.next.fetch_add(1, Ordering::SeqCst);
        let (millis, play) = self.list[next];
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            let usage = Usage::new(40 + next as u64, 7);
            match play {
                Yes => Ok(Response::new(r#"{"answer":true}"#, usage)),
                Nonsense => Ok(Response::new("?", usage)),
                Play::Failure(kind) => Err(ProviderError::new("plays", kind.clone())),
                Wait(seconds) => {
                    let mut error = ProviderError::new("plays", Failure::RateLimit);
                    error.retry_after = Some(Duration::from_secs(seconds));
                    Err(error)
                }
                Silence => std::future::pending().await,
            }
        })
    }
}

/// All that happens to an [`Llm`] whose options were set in this order.
async fn scenario(order: &[Setter]) -> String {
    let breaker = Breaker::new().calls(3).within(300 * SECOND);
    let parts = Parts {
        cache: Cache::memory(100),
        spare: Plays::llm("spare", SPARE),
        budget: Budget::attempts(10),
        breaker: breaker.open_for(30 * SECOND),
        limit: RateLimit::new().requests(60).burst(2 * SECOND),
    };
    let hedging = Hedging::after(SECOND).part(1.0);
    let llm = Plays::llm("first", FIRST).hedging(hedging);
    let llm = llm.attempt_timeout(6 * SECOND);
    let llm = order.iter().fold(llm, |llm, option| option(llm, &parts));
    let start = clock::now();
    let mut trace = String::new();
    let session = &mut Session::named("one");
    let again = &mut session.clone();
    for round in 0..9 {
        // the second asks what the first did
        let session = if round == 1 {
            &mut *again
        } else {
            &mut *session
        };
        let binary = zyn::binary("Is it?").reask(1);
        let outcome = binary.fire_detailed(&llm, session, "It is.").await;
        let (said, log) = match &outcome {
            Ok(answer) if answer.cached => (format!("{:?}, kept", answer.value), &answer.log[..]),
            Ok(answer) => (format!("{:?}", answer.value), &answer.log[..]),
            Err(error) => (error.to_string(), error.log()),
        };
        writeln!(trace, "{round} at {:?}: {said}", clock::now() - start).unwrap();
        for attempt in log {
            writeln!(trace, "  {attempt:?}").unwrap();
        }
        writeln!(
            trace,
            "  {} messages, {:?} left, {:?}, {:?}, {:?}",
            session.len(),
            parts.budget.left(),
            parts.breaker.state(),
            llm.spend(),
            parts.spare.spend()
        )
        .unwrap();
        if round == 4 {
            tokio::time::sleep(40 * SECOND).await;
        }
    }
    trace
}

#[test]
fn whatever_the_order_of_the_options_the_layers_are_the_same() {
    let play = |order: &[Setter]| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime.block_on(scenario(order))
    };
    let trace = play(&OPTIONS);
    for layer in [
        "reason: Hedge",
        "reason: Retry, waited: 3.830543615s",
        "reason: Reask",
        "reason: Fallback",
        "Failed(\"timeout\")",
        "Open { retry_in",
        "1 at 2s: true, kept",
        "reason: First, waited: 800ms",
        "4 at 15.931s: true",
        "no accepted answer within 20s",
        "the budget is 10 attempts",
    ] {
        assert!(trace.contains(layer), "{layer} is not in\n{trace}");
    }
    let mut orders = 0_u64;
    permute(&mut OPTIONS.to_vec(), 0, &mut |order| {
        orders += 1;
        assert_eq!(play(order), trace);
    });
    assert_eq!(orders, 5_040);
    row(
        "17",
        &format!(
            "all {orders} orders of the 7 layers, each with 9 calls that go through all layers"
        ),
        &format!(
            "1 behaviour: the same {} bytes of times, waits, logs, spend, budget and breaker",
            trace.len()
        ),
    );
}
