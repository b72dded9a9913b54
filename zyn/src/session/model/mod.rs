//! The session against a plain `Vec`: whatever is done to both, they agree.
//!
//! - `ops`: what can be done, and how it is made up;
//! - `plain`: what a session is, written the slow and obvious way;
//! - `actor`: who does it to both;
//! - `world`: the sessions, forks, branches and stored forms, each beside its plain model.

mod actor;
mod ops;
mod plain;
mod world;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRunner};

use self::ops::op;
use self::world::World;

const CASES: u32 = 10_000;
const OPS: usize = 60;

#[test]
fn whatever_is_done_a_session_is_what_a_plain_vec_would_be() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        // the default one is secure, and slow without optimisation
        rng_algorithm: RngAlgorithm::XorShift,
        ..Config::default()
    });
    let met = std::cell::RefCell::new(world::Met::default());
    let outcome = runner.run(&vec(op(), OPS), |ops| {
        let mut world = World::default();
        for op in &ops {
            runtime.block_on(world.apply(op));
        }
        world.agrees();
        *met.borrow_mut() += world.met;
        Ok(())
    });
    println!("{CASES} cases of {OPS} operations: {:?}", met.borrow());
    outcome.unwrap();
    met.borrow().enough();
}
