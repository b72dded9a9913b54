//! What the property would say of runs that are not right: each is noticed, so it does not hold of everything.

use super::check::{Observed, alike, complaints};
use super::oracle::Expected;
use super::plan::Plan;
use super::{all, expectation, observed, runtime, workflows};

/// The first run that `fits`, with what is to be expected of it.
fn found(fits: impl Fn(&Expected) -> bool) -> (usize, Expected, Observed) {
    for seed in 0..200 {
        let trouble = [0, 5, 20][seed as usize % 3];
        let plan = Plan { seed, trouble };
        for which in 0..all().len() {
            let expected = expectation(which, plan);
            if fits(&expected) {
                let run = runtime().block_on(observed(which, plan));
                return (which, expected, run);
            }
        }
    }
    panic!("no such run")
}

#[track_caller]
fn noticed(
    fits: impl Fn(&Expected) -> bool,
    destroy: impl FnOnce(&mut Expected, &mut Observed),
    as_what: &str,
) {
    let (which, mut expected, mut run) = found(fits);
    let graph = workflows::ALL[which].1();
    assert_eq!(complaints(&expected, &run, graph), [] as [&str; 0]);
    destroy(&mut expected, &mut run);
    let said = complaints(&expected, &run, graph);
    assert!(said.contains(&as_what), "{said:?}");
}

fn well(expected: &Expected) -> bool {
    expected.value.is_some() && expected.messages.len() > 4
}

fn failed(expected: &Expected) -> bool {
    expected.value.is_none()
}

#[test]
fn turns_in_another_order_are_noticed() {
    noticed(well, |it, _| it.messages.swap(0, 2), "written order");
    let joined = |it: &Expected| well(it) && it.tally.joined > 0;
    noticed(joined, |it, _| it.messages.reverse(), "written order");
}

#[test]
fn a_turn_that_a_rolled_back_step_leaves_behind_is_noticed() {
    let fell_back = |it: &Expected| well(it) && it.tally.fell_back > 0;
    let left = ("user", "left behind".to_owned());
    noticed(fell_back, |_, run| run.messages.push(left), "written order");
    noticed(fell_back, |it, _| it.accepted += 1, "usage");
}

#[test]
fn a_failed_run_that_leaves_a_message_behind_is_noticed() {
    let leave = |_: &mut Expected, run: &mut Observed| {
        run.after.append(zyn::Message::user("left behind"));
    };
    noticed(failed, leave, "nothing");
}

#[test]
fn a_run_that_goes_on_behind_a_failure_is_noticed() {
    let go_on = |it: &mut Expected, _: &mut Observed| it.value = Some("= ".to_owned());
    noticed(failed, go_on, "value");
}

#[test]
fn an_id_that_is_there_twice_or_not_at_all_or_is_none_of_the_graph_is_noticed() {
    let twice = |_: &mut Expected, run: &mut Observed| {
        let again = run.report.steps[0].clone();
        run.report.steps.push(again);
    };
    noticed(well, twice, "ids unique");
    let none = |_: &mut Expected, run: &mut Observed| drop(run.report.steps.pop());
    noticed(well, none, "all ran");
    let other = |_: &mut Expected, run: &mut Observed| run.report.steps[0].id = "other".into();
    noticed(well, other, "ids known");
}

#[test]
fn a_call_that_the_ledger_or_the_report_does_not_have_is_noticed() {
    let more = |_: &mut Expected, run: &mut Observed| {
        let again = run.calls[0].clone();
        run.calls.push(again);
    };
    noticed(well, more, "ledger");
    noticed(well, more, "attempts of steps");
    noticed(well, more, "attempts");
    noticed(
        well,
        |_, run| run.report.steps[0].attempts += 1,
        "each as said",
    );
}

#[test]
fn a_model_that_is_sent_another_conversation_is_noticed() {
    noticed(
        well,
        |_, run| run.calls[0].before += 1,
        "what the model was sent",
    );
}

#[test]
fn two_runs_with_other_ids_are_not_alike() {
    let (_, expected, run) = found(well);
    let mut other = run.clone();
    assert!(alike(&expected, &run, &other));
    other.report.steps[0].id = "other".into();
    assert!(!alike(&expected, &run, &other));
}
