//! Looks at the process and at what the policy tells of itself, while the runs go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use zyn::policy::BreakerState;
use zyn_soak::{descriptors, resident, slope};

use super::models::Models;

/// How often the process is looked at.
const LOOKS: u32 = 60;

/// What the process held, second by second.
pub(super) struct Look {
    pub(super) at: f64,
    pub(super) resident: Option<u64>,
    pub(super) descriptors: Option<usize>,
}

/// Looks at the process until `time` is over.
pub(super) async fn looks(start: Instant, time: Duration) -> Vec<Look> {
    let mut looks = Vec::with_capacity(LOOKS as usize);
    for look in 1..=LOOKS {
        tokio::time::sleep_until((start + time * look / LOOKS).into()).await;
        looks.push(Look {
            at: start.elapsed().as_secs_f64(),
            resident: resident(),
            descriptors: descriptors(),
        });
    }
    looks
}

/// The bytes by which the memory has grown behind the warm-up, as the best straight line has it.
pub(super) fn growth(looks: &[Look]) -> Option<f64> {
    let warm = looks.get(looks.len() / 4..)?;
    let points = warm
        .iter()
        .map(|look| Some((look.at, look.resident? as f64)));
    let points: Vec<_> = points.collect::<Option<_>>()?;
    let (first, last) = (points.first()?.0, points.last()?.0);
    Some(slope(&points) * (last - first))
}

/// What was seen of the policy.
#[derive(Default)]
pub(super) struct Seen {
    /// Of each model's breaker.
    pub(super) breakers: [States; 2],
    /// The most calls that waited for one of the rate limits.
    pub(super) waiting: usize,
}

/// How often each state was seen to begin.
#[derive(Default)]
pub(super) struct States {
    pub(super) closed: u64,
    pub(super) open: u64,
    pub(super) half_open: u64,
    last: Option<State>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Closed,
    Open,
    HalfOpen,
}

/// Watches the policy until it is told to stop, on a thread of its own: the runs keep all others busy.
pub(super) struct Watch {
    stop: Arc<AtomicBool>,
    seen: JoinHandle<Seen>,
}

impl Watch {
    pub(super) fn start(models: Models) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let seen = thread::spawn(move || {
            let mut seen = Seen::default();
            while !stopped.load(Ordering::Relaxed) {
                seen.look(&models);
                thread::sleep(Duration::from_millis(1));
            }
            seen
        });
        Self { stop, seen }
    }

    pub(super) fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.seen.join().unwrap()
    }
}

impl Seen {
    fn look(&mut self, models: &Models) {
        for limit in &models.limits {
            self.waiting = self.waiting.max(limit.waiting());
        }
        for (seen, breaker) in self.breakers.iter_mut().zip(&models.breakers) {
            seen.note(match breaker.state() {
                BreakerState::Closed => State::Closed,
                BreakerState::Open { .. } => State::Open,
                BreakerState::HalfOpen => State::HalfOpen,
                other => panic!("a state that nobody knows: {other:?}"),
            });
        }
    }
}

impl States {
    fn note(&mut self, state: State) {
        if self.last.replace(state) != Some(state) {
            *match state {
                State::Closed => &mut self.closed,
                State::Open => &mut self.open,
                State::HalfOpen => &mut self.half_open,
            } += 1;
        }
    }
}
