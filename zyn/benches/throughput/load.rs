//! A load of calls, and what it took.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;
use zyn::BoxFuture;

/// Makes a call.
pub type Call = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What one round took.
pub struct Round {
    /// Calls in a second.
    pub rate: f64,
    /// Milliseconds of a call.
    pub p50: f64,
    pub p99: f64,
    /// Microseconds of this process's processors for a call.
    pub cpu: f64,
}

/// Makes `calls` calls, `at_once` of them at any time.
pub async fn round(at_once: usize, calls: usize, call: &Call) -> Round {
    let left = Arc::new(AtomicUsize::new(calls));
    let cpu = cpu();
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (left, call) = (Arc::clone(&left), Arc::clone(call));
        workers.spawn(async move {
            let mut took = Vec::new();
            let less = |left: usize| left.checked_sub(1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
                .is_ok()
            {
                let begun = Instant::now();
                call().await;
                took.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            took
        });
    }
    let mut took = workers.join_all().await.concat();
    let seconds = start.elapsed().as_secs_f64();
    let cpu = self::cpu() - cpu;
    took.sort_by(f64::total_cmp);
    Round {
        rate: calls as f64 / seconds,
        p50: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
        cpu: cpu * 1e6 / calls as f64,
    }
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How many programs want a processor, as Linux says it.
pub fn average() -> String {
    let all = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    all.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The seconds that this process was on a processor.
fn cpu() -> f64 {
    let all = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = all
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<f64>().ok())
        .sum();
    // the clock ticks a hundred times a second on every Linux that there is
    ticks / 100.0
}
