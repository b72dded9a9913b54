//! Code of the user's that panics, or has errors of its own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use zyn::Error;
use zyn::prelude::*;
use zyn::testing::Scripted;

use super::{
    Check, LOW, PLAN, Plan, REPLY, TICKET, Urgency, anything, conversation, handle,
    the_next_run_works,
};

fn panics(_: &Plan) -> Result<(), String> {
    panic!("the step's validator panics")
}

/// Runs `future` on a runtime of its own and says whether it panicked.
pub(super) fn panicked<T>(future: impl Future<Output = T>) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(future))).is_err()
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

#[test]
fn a_validator_that_panics_leaves_no_trace_and_the_next_run_works() {
    let of_the_field = r#"{"action":"panic","days":1}"#;
    let cases: [(&str, Check); 2] = [(of_the_field, anything), (PLAN, panics)];
    for (answer, check) in cases {
        let mut session = block_on(conversation());
        let before = session.clone();
        let llm = Llm::new(Scripted::new([LOW, answer]));
        assert!(panicked(handle(TICKET, check).run(&llm, &mut session)));
        assert_eq!(session, before);
        assert_eq!(llm.spend().attempts, 2);
        assert_eq!(llm.spend().unknown, 0, "both answers came and were paid");
        block_on(the_next_run_works(&mut session));
    }
}

#[test]
fn a_fire_whose_validator_panics_leaves_no_trace() {
    for (answer, check) in [
        (r#"{"action":"panic","days":1}"#, anything as Check),
        (PLAN, panics),
    ] {
        let mut session = block_on(conversation());
        let before = session.clone();
        let llm = Llm::new(Scripted::new([answer]));
        let plan = zyn::extract::<Plan>("The plan").validate(check);
        assert!(panicked(plan.fire(&llm, &mut session, TICKET)));
        assert_eq!(session, before);
        block_on(the_next_run_works(&mut session));
    }
}

#[derive(Debug, PartialEq)]
pub enum Mine {
    OutOfHours,
    Zyn(String),
}

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self::Zyn(error.to_string())
    }
}

workflow!(
    /// Ordinary Rust between the steps ends it, in its own words.
    pub async fn early(ticket: &str, how: &str) -> Result<String, Mine> {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        match how {
            "fail" => return Err(Mine::OutOfHours),
            "panic" => panic!("the body panics"),
            _ => {}
        }
        let reply = transform("Write a reply to a {urgency} ticket", ticket);
        Ok(reply)
    }
);

#[tokio::test]
async fn an_error_of_the_bodys_own_leaves_no_trace_and_the_next_run_works() {
    let mut session = conversation().await;
    let before = session.clone();
    let llm = Llm::new(Scripted::new([LOW]));
    let run = early(TICKET, "fail").run(&llm, &mut session).await;
    assert_eq!(run, Err(Mine::OutOfHours));
    assert_eq!(session, before);
    the_next_run_works(&mut session).await;
}

#[test]
fn a_body_or_a_listener_that_panics_leaves_no_trace() {
    let mut session = block_on(conversation());
    let before = session.clone();
    let llm = Llm::new(Scripted::new([LOW, LOW, REPLY]));
    assert!(panicked(early(TICKET, "panic").run(&llm, &mut session)));
    assert_eq!(session, before);
    let heard = AtomicU64::new(0);
    let listener = |_: &zyn::Event| {
        // The last of the two steps has ended; only the commit is left.
        assert!(
            heard.fetch_add(1, Ordering::SeqCst) < 3,
            "the listener panics"
        );
    };
    let run = early(TICKET, "go on").on_event(listener);
    assert!(panicked(run.run(&llm, &mut session)));
    assert_eq!(session, before);
    assert_eq!(llm.spend().attempts, 3);
    block_on(the_next_run_works(&mut session));
}
