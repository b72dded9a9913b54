//! Random workflows under random failures: the conversation is what the written order says, or what it was; ids are
//! unique and stable; the ledger has the calls that were made.
//!
//! The workflows are in `workflows.rs`, for `workflow!` runs when they are compiled. To try others, of any seed:
//! `ZYN_RANDOM=write ZYN_RANDOM_SEED=5 cargo test -p zyn-tests --test random the_workflows_are`, then the same with
//! `ZYN_RANDOM_SEED=5` alone and all tests.

mod broken;
mod check;
mod generate;
mod oracle;
mod plan;
mod print;
mod seed;
mod shape;
mod tree;
mod workflows;

use std::sync::{Mutex, OnceLock};
use std::{env, fs};

use proptest::prelude::*;
use tokio::runtime::Runtime;
use zyn::prelude::*;
use zyn::{Message, Run};

use check::{Observed, alike, complaints, told};
use oracle::{Expected, Tally, expected};
use plan::{Plan, Planned};
use tree::{Workflow, steps_in};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Label {
    One,
    Two,
    Three,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Fact {
    n: u8,
}

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/random/workflows.rs");

fn all() -> &'static [Workflow] {
    static ALL: OnceLock<Vec<Workflow>> = OnceLock::new();
    let seed = || env::var("ZYN_RANDOM_SEED").map_or(4, |seed| seed.parse().unwrap());
    ALL.get_or_init(|| generate::workflows(seed()))
}

/// Waits cost no time in it.
fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

/// A conversation that there is something to lose of.
fn conversation() -> Session {
    let mut session = Session::named("random");
    session.append(Message::system("Be kind."));
    session.append(Message::user("Hello"));
    session
}

async fn observed(which: usize, plan: Plan) -> Observed {
    let model = Planned::new(plan);
    let llm = Llm::new(model.clone());
    let before = conversation();
    let mut after = before.clone();
    let run: Run<'_, String> = workflows::ALL[which].0(String::new());
    let (value, report) = run.run_detailed(&llm, &mut after).await;
    let new = after.messages().iter().skip(before.len());
    Observed {
        value: value.ok(),
        messages: new.map(told).collect(),
        before,
        after,
        report,
        calls: model.seen(),
        spend: llm.spend(),
    }
}

fn expectation(which: usize, plan: Plan) -> Expected {
    expected(all(), which, plan, conversation().len())
}

#[test]
fn the_workflows_are_those_of_the_seed() {
    let made = print::file(all());
    if env::var("ZYN_RANDOM").is_ok_and(|it| it == "write") {
        fs::write(FILE, made).unwrap();
        return;
    }
    let found = fs::read_to_string(FILE).unwrap();
    assert!(
        found == made,
        "`random/workflows.rs` is not what the generator writes; write it anew with \
         `ZYN_RANDOM=write cargo test -p zyn-tests --test random the_workflows_are`"
    );
}

#[test]
fn every_graph_is_the_tree_that_was_written_with_each_step_once() {
    for (workflow, (_, graph)) in all().iter().zip(workflows::ALL) {
        let graph = graph();
        assert_eq!(
            shape::of_graph(graph, &graph.body),
            shape::of_tree(&workflow.body, ""),
            "{}",
            workflow.name
        );
        let mut places = Vec::new();
        shape::places(&graph.body, &mut places);
        places.sort_unstable();
        assert!(places.into_iter().eq(0..steps_in(&workflow.body)));
        assert_eq!(graph.steps.len(), steps_in(&workflow.body));
    }
}

/// How many plans each property tries, with each of the workflows.
const PLANS: u32 = 40;

#[test]
fn a_run_is_what_the_written_order_says_or_nothing() {
    let runtime = runtime();
    let ended = Mutex::new((0, 0, Tally::default()));
    let plans = (
        any::<u64>(),
        prop_oneof![Just(0_usize), 2..12_usize, 12..60_usize],
    );
    let config = ProptestConfig {
        cases: PLANS,
        // a plan is a seed, which the message says
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |((seed, trouble) in plans)| {
        let plan = Plan { seed, trouble };
        for (which, (_, graph)) in workflows::ALL.iter().enumerate() {
            let expected = expectation(which, plan);
            let (one, other) = runtime.block_on(async {
                (observed(which, plan).await, observed(which, plan).await)
            });
            let wrong = complaints(&expected, &one, graph());
            prop_assert!(
                wrong.is_empty(),
                "{} under {plan:?}: {wrong:?}\n{expected:#?}\n{:?}\n{:?}\n{:#?}",
                all()[which].name, one.value, one.messages, one.report
            );
            prop_assert!(alike(&expected, &one, &other), "{} under {plan:?}", all()[which].name);
            let mut ended = ended.lock().unwrap();
            match expected.value {
                Some(_) => ended.0 += 1,
                None => ended.1 += 1,
            }
            ended.2.add(expected.tally);
        }
    });
    let (well, failed, tally) = ended.into_inner().unwrap();
    println!("{well} ended well, {failed} failed: {tally:?}");
    let Tally {
        fell_back,
        broke,
        continued,
        returned,
        joined,
        torn,
        nested,
        assigned,
        noted,
    } = tally;
    for often in [
        well, failed, fell_back, broke, continued, returned, joined, torn, nested, assigned, noted,
    ] {
        assert!(often >= 50, "{well} {failed} {tally:?}");
    }
}
