//! One world: a policy, servers and callers, all of one seed.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Builder;

use super::book::{Bill, Book};
use super::{operations, policy};
use crate::clock;
use crate::llm::Spend;

/// What has happened in a world.
pub(super) struct World {
    /// All events with their times.
    pub(super) trace: String,
    /// What went against a promise.
    pub(super) broken: Vec<String>,
    pub(super) operations: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    pub(super) attempts: u64,
    pub(super) unknown: u64,
    pub(super) probes: u64,
    /// How often someone waited for a rate limit, as far as it shows.
    pub(super) waits: u64,
    /// Answers that no server was asked for.
    pub(super) cached: u64,
    /// Errors of those who had waited for another's answer.
    pub(super) followed: u64,
    pub(super) elapsed: Duration,
}

pub(super) fn run(seed: u64) -> World {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(live(seed))
}

async fn live(seed: u64) -> World {
    let start = clock::now();
    let mut rng = Rng::with_seed(seed);
    let book = Book::new(rng.u64(..));
    let facts = Arc::new(policy::draw(&mut rng, &book));
    book.open().facts = Arc::clone(&facts);
    // many callers are rarer than few
    let most = rng.u8(1..=8);
    let callers: Vec<_> = (0..rng.u8(1..=most))
        .map(|name| tokio::spawn(operations::caller(name, rng.fork(), book.clone())))
        .collect();
    let mut counted = operations::Counted::default();
    for caller in callers {
        let did = caller.await.unwrap();
        counted.operations += did.operations;
        counted.failed += did.failed;
        counted.cancelled += did.cancelled;
        counted.waits += did.waits;
        counted.cached += did.cached;
        counted.followed += did.followed;
        counted.side_by_side |= did.side_by_side;
    }

    let mut pages = book.open();
    let mut sum = Bill::default();
    for fact in facts.models() {
        let bill = pages.bills.get(fact.model).copied().unwrap_or_default();
        let spend = fact.llm.spend();
        let Spend {
            attempts,
            usage,
            unknown,
            repeated,
            ..
        } = spend;
        let model = fact.model;
        if (attempts, usage, unknown) != (bill.attempts, bill.usage, bill.unknown) {
            pages.breaks(format!("{model} bills {bill:?} and spent {spend:?}"));
        }
        let exact = !facts.hedged && !counted.side_by_side;
        if exact && repeated != bill.repeated {
            pages.breaks(format!("{model} repeated {bill:?} and says {spend:?}"));
        }
        sum.attempts += bill.attempts;
        sum.unknown += bill.unknown;
    }
    pages.check_purses();
    pages.check_lines();
    World {
        trace: std::mem::take(&mut pages.trace),
        broken: std::mem::take(&mut pages.broken),
        operations: counted.operations,
        failed: counted.failed,
        cancelled: counted.cancelled,
        attempts: sum.attempts,
        unknown: sum.unknown,
        probes: pages.probes,
        waits: counted.waits,
        cached: counted.cached,
        followed: counted.followed,
        elapsed: clock::now() - start,
    }
}
