//! Steps with an `else`, and what no `else` goes on behind.

use std::sync::Arc;

use zyn::graph::Graph;
use zyn::verbs::{assistant, run, system, transform, user};
use zyn::{
    BoxFuture, Engine, Error, ErrorKind, Message, Role, Session, StepCall, StepFn, StepRecord,
};

use super::{by_hand, graph, ids, scripted, step, texts};

static STEPS: Graph = graph(
    "steps",
    &[step("a", "transform"), step("a/else/b", "transform")],
);

#[tokio::test]
async fn a_step_that_failed_keeps_nothing_stays_in_the_report_and_the_run_goes_on() {
    let llm = scripted(["  ", "B"]);
    let mut session = Session::new();
    session.append(Message::user("before"));
    let run = by_hand(&STEPS, |cx| async move {
        match transform("Do", "a").__try(&cx, 0).await? {
            Some(value) => Ok(value),
            None => transform("Do", "b").__run(&cx, 1).await,
        }
    });
    let (outcome, report) = run.run_detailed(&llm, &mut session).await;
    assert_eq!(outcome.unwrap(), "B");
    assert_eq!(texts(&session), ["before", "b", "B"]);
    assert_eq!(ids(&report.steps), ["a", "a/else/b"]);
    assert_eq!(
        [report.steps[0].handled, report.steps[1].handled],
        [true, false]
    );
    assert!(report.steps[0].error.is_some());
    assert_eq!(report.spent(), llm.spend().usage);
}

#[tokio::test]
async fn a_step_that_cannot_be_asked_for_has_its_else_too() {
    let llm = scripted([]);
    let run = by_hand(&STEPS, |cx| async move {
        transform("Do", " ")
            .__try(&cx, 0)
            .await
            .map(|value| value.is_none())
    });
    assert!(run.run(&llm, &mut Session::new()).await.unwrap());
}

struct Broken;

impl Engine for Broken {
    fn step(&self, _: StepCall, _: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let problem = "the disk is full".to_owned();
        Box::pin(async move { Err(ErrorKind::Engine { problem }.into()) })
    }
}

#[tokio::test]
async fn behind_a_mistake_of_the_engine_no_else_goes_on() {
    let run = by_hand(&STEPS, |cx| async move {
        transform("Do", "a")
            .__try(&cx, 0)
            .await
            .map(|value| value.is_none())
    });
    let run = run.engine(Arc::new(Broken));
    let (outcome, report) = run.run_detailed(&scripted([]), &mut Session::new()).await;
    assert!(matches!(
        outcome.unwrap_err().kind(),
        ErrorKind::Engine { .. }
    ));
    assert!(!report.steps[0].handled);
}

#[tokio::test]
async fn behind_a_mistake_of_the_engine_in_a_workflow_inside_no_else_goes_on_either() {
    let outer = by_hand(&STEPS, |cx| async move {
        let inner = by_hand(&STEPS, |cx| async move {
            transform("Do", "a").__run(&cx, 0).await
        });
        run(inner).__try(&cx, 0).await.map(|value| value.is_none())
    });
    let outer = outer.engine(Arc::new(Broken));
    let error = outer
        .run(&scripted([]), &mut Session::new())
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Engine { .. }));
}

#[tokio::test]
async fn notes_enter_the_conversation_where_they_stand_and_are_read_by_the_next_step() {
    let llm = scripted(["A"]);
    let mut session = Session::new();
    let run = by_hand(&STEPS, |cx| async move {
        system("You are kind.").__enter(&cx)?;
        user(7).__enter(&cx)?;
        assistant("Hm.").__enter(&cx)?;
        assert_eq!(cx.history().len(), 3);
        transform("Do", zyn::Conversation).__run(&cx, 0).await
    });
    run.run(&llm, &mut session).await.unwrap();
    let roles: Vec<_> = session.messages().iter().map(Message::role).collect();
    assert_eq!(roles[..3], [Role::System, Role::User, Role::Assistant]);
    assert_eq!(texts(&session)[..3], ["You are kind.", "7", "Hm."]);
}

#[tokio::test]
async fn a_blank_note_is_an_error_and_nothing_is_kept() {
    let mut session = Session::new();
    let run = by_hand(&STEPS, |cx| async move {
        user("before").__enter(&cx)?;
        user(" ").__enter(&cx)
    });
    let error = run.run(&scripted([]), &mut session).await.unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::EmptyNote { role: "user" }
    ));
    assert!(session.is_empty());
}
