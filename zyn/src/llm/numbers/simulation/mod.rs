//! A world in which time, servers and callers go by one seed: whatever the seed, every promise holds.
//!
//! `ZYN_SEED=n` runs one seed and prints all that happened in it; `ZYN_SEEDS=n` runs so many.

mod book;
mod checks;
mod exchange;
mod fates;
mod flow;
mod line;
mod operations;
mod policy;
mod purse;
mod server;
mod shelf;
mod world;

use self::world::{World, run};
use crate::clock;
use crate::numbers::row;

/// How many seeds are run unless it is said otherwise.
const SEEDS: u64 = 20_000;
/// Every so many of them is run twice.
const TWICE: u64 = 20;

#[expect(
    clippy::disallowed_methods,
    reason = "which seeds are run is said from the outside"
)]
fn said(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().expect("a number"))
}

#[test]
fn whatever_the_seed_every_operation_ends_in_time_and_the_servers_bill_is_what_was_spent() {
    if let Some(seed) = said("ZYN_SEED") {
        let world = run(seed);
        println!("{}", world.trace);
        assert_holds(seed, &world);
        return;
    }
    let seeds = said("ZYN_SEEDS").unwrap_or(SEEDS);
    let start = clock::now();
    let mut sum = Sum::default();
    for seed in 0..seeds {
        let world = run(seed);
        assert_holds(seed, &world);
        if seed % TWICE == 0 {
            assert_eq!(
                run(seed).trace,
                world.trace,
                "seed {seed} is not repeatable"
            );
            sum.twice += 1;
        }
        sum.add(&world);
    }
    sum.print(seeds, start.elapsed().as_secs_f64());
}

#[track_caller]
fn assert_holds(seed: u64, world: &World) {
    assert!(
        world.broken.is_empty(),
        "{}\nrepeat it with `ZYN_SEED={seed} cargo test -p zyn --lib numbers::simulation -- --nocapture`",
        world.broken.join("\n")
    );
}

/// What was run, all worlds together.
#[derive(Default)]
struct Sum {
    twice: u64,
    operations: u64,
    failed: u64,
    cancelled: u64,
    attempts: u64,
    unknown: u64,
    probes: u64,
    waits: u64,
    cached: u64,
    followed: u64,
    hours: f64,
}

impl Sum {
    fn add(&mut self, world: &World) {
        self.operations += world.operations;
        self.failed += world.failed;
        self.cancelled += world.cancelled;
        self.attempts += world.attempts;
        self.unknown += world.unknown;
        self.probes += world.probes;
        self.waits += world.waits;
        self.cached += world.cached;
        self.followed += world.followed;
        self.hours += world.elapsed.as_secs_f64() / 3600.0;
    }

    fn print(&self, seeds: u64, seconds: f64) {
        let Self {
            twice,
            operations,
            failed,
            cancelled,
            attempts,
            unknown,
            probes,
            waits,
            cached,
            followed,
            hours,
        } = self;
        row(
            "2",
            &format!(
                "deterministic simulation: {seeds} seeds of 1–8 tasks under a random policy, {operations} operations, {attempts} attempts"
            ),
            &format!(
                "0 violations, 0 hangs; {failed} operations failed, {cancelled} were cancelled, {probes} probes, {waits} waits for rate limits, {cached} answers from caches, {followed} errors shared; {twice} seeds run twice gave the same bytes; {hours:.0} virtual hours in {seconds:.0} s"
            ),
        );
        row(
            "7",
            &format!("the servers' bills against `spend()` of each model, {seeds} seeds"),
            &format!(
                "equal in 100 %: {attempts} attempts, of {unknown} of which nobody told the cost"
            ),
        );
    }
}
