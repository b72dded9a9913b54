//! A window in a workflow, and what an engine makes of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{
    BoxFuture, Engine, Error, ErrorKind, Failure, Message, Spend, StepCall, StepFn, StepRecord,
    Window,
};

use super::{conversation, counting, texts};

workflow!(
    /// Two steps on one conversation.
    pub async fn two(input: &str) -> String {
        let first = transform("Begin", input).timeout(Duration::from_secs(60));
        let second = transform("Go on", &first);
        second
    }
);

/// Keeps records as text, and gives back what it has read from the text.
#[derive(Default)]
struct Tape(Mutex<HashMap<String, String>>);

impl Engine for Tape {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let known = self.0.lock().unwrap().get(&call.id).cloned();
            let record = match known {
                Some(record) => record,
                None => serde_json::to_string(&exec().await?).unwrap(),
            };
            self.0.lock().unwrap().insert(call.id, record.clone());
            Ok(serde_json::from_str(&record).unwrap())
        })
    }
}

#[tokio::test]
async fn in_a_run_the_window_is_applied_before_each_step() {
    let ((llm, model), (small, _)) = (counting("answer"), counting("summary"));
    let mut session = conversation(2);
    session.set_window(Window::last_turns(1).summarise(&small));
    let (value, report) = two("in").run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), "answer 2");

    let sent = model.requests();
    assert!(
        texts(&sent[0].history)
            .join("|")
            .ends_with("|summary 1|q1|a1")
    );
    assert!(texts(&sent[1].history)[2..].starts_with(&["summary 2"]));
    assert_eq!(sent[1].history.len(), 1 + 2 + 2);
    let fell_out = |step: usize| report.steps[step].window.clone().unwrap().fell_out;
    assert_eq!([fell_out(0), fell_out(1)], [vec![1, 2], vec![1, 2, 3, 4]]);
    assert_eq!(session.len(), 1 + 2 + 2 + 2);
    assert_eq!(session.usage(), llm.spend().usage + small.spend().usage);
    let both = llm.spend().usage + small.spend().usage;
    assert_eq!(
        (report.usage(), report.spent()),
        (both, both),
        "summaries too"
    );
}

#[tokio::test]
async fn a_run_whose_second_summary_fails_loses_nothing() {
    let (llm, _) = counting("answer");
    let small = Llm::new(Scripted::new(["summary"]).then(Failure::Auth));
    let mut session = conversation(2);
    session.set_window(Window::last_turns(1).summarise(&small));
    let before = session.clone();
    let (outcome, report) = two("in").run_detailed(&llm, &mut session).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.step(), Some("second"));
    assert!(matches!(error.kind(), ErrorKind::Summary(_)), "{error}");
    assert!(report.steps[1].error.is_some() && report.steps[1].window.is_none());
    assert_eq!(report.attempts(), 3, "two summaries and a step");
    assert_eq!(report.spent(), llm.spend().usage + small.spend().usage);
    assert_eq!(session, before);
}

#[tokio::test]
async fn a_step_that_fails_after_its_summary_says_what_the_summary_cost() {
    let llm = Llm::new(Scripted::new([Failure::Refusal]));
    let (small, _) = counting("summary");
    let mut session = conversation(2);
    session.set_window(Window::last_turns(1).summarise(&small));
    let (outcome, report) = two("in").run_detailed(&llm, &mut session).await;
    let windowed = outcome.unwrap_err().window().cloned().unwrap();
    assert_eq!(report.steps[0].window.as_ref(), Some(&windowed));
    assert_eq!(windowed.summary.unwrap().spent, small.spend().usage);
    assert_ne!(small.spend().usage, zyn::Usage::default());
    assert_eq!(report.spent(), llm.spend().usage + small.spend().usage);
    assert_eq!(report.attempts(), 2);
}

#[tokio::test]
async fn a_recorded_run_is_replayed_to_the_same_session_and_pays_no_summary_again() {
    let ((llm, _), (small, _)) = (counting("answer"), counting("summary"));
    let tape = Arc::new(Tape::default());
    let mut session = conversation(2);
    session.set_window(Window::last_turns(1).summarise(&small));
    let (mut replayed, mut bare) = (session.clone(), conversation(2));
    let run = two("in").engine(tape.clone());
    let (value, report) = run.run_detailed(&llm, &mut session).await;
    let paid = (llm.spend(), small.spend());
    assert_eq!((paid.0.attempts, paid.1.attempts), (2, 2));

    let idle = Llm::new(Scripted::new([] as [&str; 0]));
    let run = two("in").engine(tape.clone());
    let (again, report_again) = run.run_detailed(&idle, &mut replayed).await;
    assert_eq!(value.unwrap(), again.unwrap());
    assert_eq!((replayed.clone(), small.spend()), (session.clone(), paid.1));
    assert_eq!(idle.spend(), Spend::default());
    let windows = |report: &zyn::Report| {
        let steps = report.steps.iter().map(|step| step.window.clone());
        steps.collect::<Vec<_>>()
    };
    assert_eq!(windows(&report), windows(&report_again));
    let costs = |session: &Session| {
        let messages = session.messages().iter();
        messages.map(Message::usage).collect::<Vec<_>>()
    };
    assert_eq!(costs(&replayed), costs(&session));

    // the record alone says what happened: a session that was loaded has no window yet
    two("in").engine(tape).run(&idle, &mut bare).await.unwrap();
    assert_eq!(bare, session);
}

#[tokio::test]
async fn a_record_whose_window_fits_no_such_conversation_is_refused() {
    let ((llm, _), tape) = (counting("answer"), Arc::new(Tape::default()));
    let mut session = conversation(2);
    session.set_window(Window::last_turns(1));
    let run = two("in").engine(tape.clone());
    run.run(&llm, &mut session.clone()).await.unwrap();
    let mut empty = Session::new();
    let error = two("in").engine(tape).run(&llm, &mut empty).await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Engine { .. }), "{error}");
    assert!(empty.is_empty());
}
