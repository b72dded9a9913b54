//! Workflows inside workflows.

use std::sync::{Arc, Mutex};

use zyn::graph::Graph;
use zyn::testing::Scripted;
use zyn::verbs::{run, transform, user};
use zyn::{
    BoxFuture, Engine, Error, ErrorKind, Event, Failure, Llm, ProviderError, Response, Run,
    Session, StepCall, StepFn, StepRecord, Usage,
};

use super::{by_hand, graph, ids, scripted, step, texts};

static INNER: Graph = graph(
    "inner",
    &[step("one", "transform"), step("two", "transform")],
);
static OUTER: Graph = graph(
    "outer",
    &[step("round/sub", "run"), step("last", "transform")],
);

fn inner(text: &str) -> Run<'_, String> {
    by_hand(&INNER, move |cx| async move {
        let one = transform("Do", text).__run(&cx, 0).await?;
        user("a note").__enter(&cx)?;
        transform("Do", &one).__run(&cx, 1).await
    })
}

#[tokio::test]
async fn its_steps_are_in_the_outer_report_with_the_outer_id_before_theirs() {
    let llm = scripted(["A", "B", "C"]);
    let heard = Mutex::new(Vec::new());
    let text = "in".to_owned();
    let outer = by_hand(&OUTER, |cx| async move {
        let round = cx.round(0, 2);
        let sub = run(inner(&text)).__run(&round, 0).await?;
        transform("Do", &sub).__run(&cx, 1).await
    });
    let outer = outer.on_event(|event| {
        if let Event::StepStarted { id, .. } = event {
            heard.lock().unwrap().push(id.to_string());
        }
    });
    let mut session = Session::new();
    let (value, report) = outer.run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), "C");
    let inside = ["round[2]/sub/one", "round[2]/sub/two"];
    assert_eq!(
        ids(&report.steps),
        [inside[0], inside[1], "round[2]/sub", "last"]
    );
    let told = heard.into_inner().unwrap();
    assert_eq!(told, ["round[2]/sub", inside[0], inside[1], "last"]);
    assert_eq!(texts(&session), ["in", "A", "a note", "A", "B", "B", "C"]);
    assert_eq!(
        (report.spent(), report.attempts() as u64),
        (llm.spend().usage, llm.spend().attempts)
    );
    assert_eq!(
        (report.usage(), report.bill()),
        (session.usage(), session.bill().clone())
    );
}

#[tokio::test]
async fn one_that_fails_names_the_inner_step_and_ends_the_run() {
    let llm = scripted(["A", "  "]);
    let mut session = Session::new();
    let outer = by_hand(&OUTER, |cx| async move {
        let sub = run(inner("in"));
        sub.__run(&cx, 0).await
    });
    let (outcome, report) = outer.run_detailed(&llm, &mut session).await;
    let error: Error = outcome.unwrap_err();
    assert_eq!(error.step(), Some("round/sub/two"));
    assert!(session.is_empty());
    let outer = report.steps.last().unwrap();
    assert_eq!(
        outer.error.as_deref(),
        Some("the workflow `inner` ended with an error")
    );
    assert!(report.steps.iter().all(|step| !step.handled));
}

#[tokio::test]
async fn behind_one_that_fails_an_else_goes_on_and_nothing_of_it_is_kept() {
    let llm = scripted(["A", "  ", "C"]);
    let mut session = Session::new();
    let outer = by_hand(&OUTER, |cx| async move {
        let sub = run(inner("in")).__try(&cx, 0).await?;
        assert!(sub.is_none());
        transform("Do", "else").__run(&cx, 1).await
    });
    let (outcome, report) = outer.run_detailed(&llm, &mut session).await;
    assert_eq!(outcome.unwrap(), "C");
    assert_eq!(texts(&session), ["else", "C"]);
    let failed = report.steps.iter().filter(|step| step.handled);
    let failed: Vec<_> = failed.map(|step| &*step.id).collect();
    assert_eq!(failed, ["round/sub/two", "round/sub"]);
    assert_eq!(report.spent(), llm.spend().usage);
}

#[tokio::test]
async fn what_its_else_has_dropped_is_not_in_what_the_run_adds() {
    let llm = Llm::new(Scripted::by(|request| {
        let again = request.prompt.blocks().iter().any(|it| it.text == "again");
        match again {
            true => Err(ProviderError::new("scripted", Failure::Refusal)),
            false => Ok(Response::new("again", Usage::new(100, 10))),
        }
    }));
    let mut session = Session::new();
    let outer = by_hand(&OUTER, |cx| async move {
        assert!(run(inner("in")).__try(&cx, 0).await?.is_none());
        transform("Do", "x").__run(&cx, 1).await
    });
    let (value, report) = outer.run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), "again");
    assert!(
        report.steps[0].usage.is_some(),
        "its first step was answered"
    );
    assert_eq!(report.usage(), Usage::new(100, 10));
    assert_eq!(report.usage(), session.usage());
    assert_eq!(report.spent(), llm.spend().usage);
}

struct Broken;

impl Engine for Broken {
    fn step(&self, _: StepCall, _: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let problem = "the disk is full".to_owned();
        Box::pin(async { Err(ErrorKind::Engine { problem }.into()) })
    }
}

#[tokio::test]
async fn no_else_handles_an_engines_mistake_inside() {
    let outer = by_hand(&OUTER, |cx| async move {
        run(inner("in")).__try(&cx, 0).await.map(|_| ())
    });
    let (outcome, report) = outer
        .engine(Arc::new(Broken))
        .run_detailed(&scripted([]), &mut Session::new())
        .await;
    assert!(matches!(
        outcome.unwrap_err().kind(),
        ErrorKind::Engine { .. }
    ));
    assert_eq!(ids(&report.steps), ["round/sub/one", "round/sub"]);
    assert!(report.steps.iter().all(|step| !step.handled));
}
