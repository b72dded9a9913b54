//! Clients that are turned away together do not come back together.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::llm::Llm;
use crate::numbers::row;
use crate::provider::{BoxFuture, Profile, Request};
use crate::session::Session;
use crate::{Failure, Provider, ProviderError, Response, clock};

const CLIENTS: u64 = 1_000;
/// How often all of them are turned away.
const ROUNDS: usize = 4;
const WINDOW: Duration = Duration::from_millis(100);

/// Turns everyone away, and notes who came when.
#[derive(Clone)]
struct Closed {
    kind: Failure,
    retry_after: Option<Duration>,
    came: Arc<Mutex<Vec<Duration>>>,
    start: tokio::time::Instant,
}

impl Provider for Closed {
    fn name(&self) -> &str {
        "closed"
    }

    fn model(&self) -> &str {
        "m"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        self.came.lock().unwrap().push(clock::now() - self.start);
        let mut error = ProviderError::new("closed", self.kind.clone());
        error.retry_after = self.retry_after;
        Box::pin(async { Err(error) })
    }
}

/// The most of `times` that are in any window.
fn most(times: &mut [Duration]) -> usize {
    times.sort_unstable();
    let behind = |from: &Duration| times.partition_point(|it| *it < *from + WINDOW);
    let counts = times
        .iter()
        .enumerate()
        .map(|(place, from)| behind(from) - place);
    counts.max().unwrap()
}

/// The largest part of the clients, in hundredths, that come back within a window: round by round, and of all rounds
/// together.
async fn crowds(kind: Failure, retry_after: Option<Duration>, seed: u64) -> Vec<f64> {
    let start = clock::now();
    let fire = |client: u64| {
        let came: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let closed = Closed {
            kind: kind.clone(),
            retry_after,
            came: Arc::clone(&came),
            start,
        };
        let llm = Llm::new(closed).retry(ROUNDS as u32).seed(seed + client);
        tokio::spawn(async move {
            let greet = crate::transform("Greet");
            let fired = greet.fire(&llm, &mut Session::new(), "Ada").await;
            fired.unwrap_err();
            let came = came.lock().unwrap();
            came.clone()
        })
    };
    let clients: Vec<_> = (0..CLIENTS).map(fire).collect();
    let mut rounds = vec![Vec::new(); ROUNDS + 1];
    for client in clients {
        let came = client.await.unwrap();
        assert_eq!(came.len(), ROUNDS + 1);
        if let Some(wait) = retry_after {
            for pair in came.windows(2) {
                assert!(pair[1] - pair[0] >= wait, "{pair:?}");
            }
        }
        for (round, at) in rounds.iter_mut().zip(came) {
            round.push(at);
        }
    }
    assert_eq!(most(&mut rounds[0]) as u64, CLIENTS);
    rounds[0] = rounds[1..].concat();
    rounds.rotate_left(1);
    let rounds = rounds.iter_mut();
    rounds
        .map(|round| most(round) as f64 * 100.0 / CLIENTS as f64)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_clients_turned_away_together_few_come_back_in_any_tenth_of_a_second() {
    let mut worst = [0.0_f64; ROUNDS + 1];
    let waits = [None, Some(0), Some(1_000), Some(30_000)];
    let kinds = [
        Failure::RateLimit,
        Failure::Overloaded,
        Failure::Unavailable,
    ];
    for kind in kinds {
        for wait in waits {
            let wait = wait.map(Duration::from_millis);
            for seed in [0, 1_000_000] {
                let crowds = crowds(kind.clone(), wait, seed).await;
                for (worst, crowd) in worst.iter_mut().zip(crowds) {
                    *worst = worst.max(crowd);
                }
            }
        }
    }
    let shown = worst.map(|it| format!("{it:.1} %"));
    let [rounds @ .., all] = &shown;
    row(
        "13",
        &format!(
            "{CLIENTS} clients turned away together (429, 503, 529; with and without Retry-After), {ROUNDS} rounds, 2 sets of seeds"
        ),
        &format!(
            "at most {} of them, round by round, come back in any 100 ms, and {all} of all rounds together",
            rounds.join(", ")
        ),
    );
    assert!(worst.iter().all(|it| *it <= 5.0), "{worst:?}");
}
