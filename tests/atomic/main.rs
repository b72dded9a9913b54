//! A run and a fire are all or nothing: whatever ends them, the session equals its clone from before.

mod cut;
mod failures;
mod held;
mod panics;
mod places;
mod scripts;
mod slow;
mod time;
mod windows;

use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Failure, Message, ProviderError, Usage};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Plan {
    #[extract(validate = not_forbidden)]
    action: String,
    days: u8,
}

fn not_forbidden(action: &str) -> Result<(), String> {
    match action {
        "panic" => panic!("the field's validator panics"),
        "forbidden" => Err("is forbidden".to_owned()),
        _ => Ok(()),
    }
}

fn anything(_: &Plan) -> Result<(), String> {
    Ok(())
}

/// A validator of the second step.
type Check = fn(&Plan) -> Result<(), String>;

workflow!(
    /// Three steps; the second can fail in every way.
    pub async fn handle(ticket: &str, check: Check) -> String {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        let plan = extract::<Plan>("The plan for {urgency}", ticket)
            .validate(check)
            .timeout(Duration::from_secs(60));
        let reply = transform("Write a reply", "{plan.action} in {plan.days} days");
        reply
    }
);

const TICKET: &str = "The heating is off.";
const LOW: &str = r#"{"label":"Low"}"#;
const PLAN: &str = r#"{"action":"repair","days":2}"#;
const REPLY: &str = "We will repair it.";

/// A conversation that has gone on for a turn, so that there is something to lose.
async fn conversation() -> Session {
    let llm = Llm::new(Scripted::new(["Hello"]));
    let mut session = Session::named("atomic");
    session.append(Message::system("Be kind."));
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(session.len(), 3);
    session
}

/// Runs the workflow to its end on a session that a failure has left behind.
async fn the_next_run_works(session: &mut Session) {
    let llm = Llm::new(Scripted::new([LOW, PLAN, REPLY]));
    let before = session.clone();
    let reply = handle(TICKET, anything).run(&llm, session).await.unwrap();
    assert_eq!(reply, REPLY);
    assert_eq!(session.len(), before.len() + 6);
    let kept = session.messages().iter().take(before.len());
    assert!(kept.eq(before.messages()));
    assert_eq!(
        session.usage(),
        before.usage() + llm.spend().usage,
        "a run without failures commits all that it spent"
    );
}

fn paid(kind: Failure) -> ProviderError {
    let mut error = ProviderError::new("scripted", kind);
    error.usage = Some(Usage::new(7, 1));
    error
}
