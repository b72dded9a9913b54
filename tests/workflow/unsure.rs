//! Labels of which a model is not sure enough.

use std::sync::Arc;

use zyn::graph::Graph;
use zyn::prelude::*;
use zyn::verbs::classify;
use zyn::{BoxFuture, Confidence, Engine, Error, ErrorKind, StepCall, StepFn, StepRecord};

use super::{by_hand, graph, scripted, step};

static STEPS: Graph = graph("steps", &[step("mood", "classify")]);

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Mood {
    Happy,
    Angry,
    #[classify(unsure)]
    #[serde(rename = "hard to say")]
    Unclear,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Sure {
    Yes,
    No,
}

const LOW: &str = r#"{"label":"Angry","confidence":0.4}"#;

#[tokio::test]
async fn below_the_threshold_the_unsure_label_is_the_value_and_what_the_conversation_has() {
    let mut session = Session::new();
    let run = by_hand(&STEPS, |cx| async move {
        classify::<Mood>("Mood?", "x")
            .confidence(0.8)
            .__run(&cx, 0)
            .await
    });
    let (mood, report) = run.run_detailed(&scripted([LOW]), &mut session).await;
    assert_eq!(mood.unwrap(), Mood::Unclear);
    assert_eq!(session.at(1).unwrap().text(), "hard to say");
    assert_eq!(report.steps[0].confidence, Confidence::SelfReported(0.4));
    assert_eq!(report.steps[0].error, None);
}

#[tokio::test]
async fn at_the_threshold_the_models_label_is_the_value() {
    let mood = zyn::classify::<Mood>("Mood?").confidence(0.4);
    let mood = mood.fire(&scripted([LOW]), &mut Session::new(), "x").await;
    assert_eq!(mood.unwrap(), Mood::Angry);
}

#[tokio::test]
async fn a_fire_gives_the_unsure_label_with_the_models_own_as_runner_up() {
    let reply = r#"{"label":"Angry","runner_up":"Happy","confidence":0.4}"#;
    let mood = zyn::classify::<Mood>("Mood?").confidence(0.8).runner_up();
    let answer = mood
        .fire_detailed(&scripted([reply]), &mut Session::new(), "x")
        .await
        .unwrap();
    assert_eq!(
        (answer.value, answer.runner_up),
        (Mood::Unclear, Some(Mood::Angry))
    );
}

#[tokio::test]
async fn an_else_comes_before_the_unsure_label() {
    let mut session = Session::new();
    let run = by_hand(&STEPS, |cx| async move {
        classify::<Mood>("Mood?", "x")
            .confidence(0.8)
            .__try(&cx, 0)
            .await
    });
    let (mood, report) = run.run_detailed(&scripted([LOW]), &mut session).await;
    assert_eq!(mood.unwrap(), None);
    assert!(session.is_empty() && report.steps[0].handled);
}

#[tokio::test]
async fn a_set_without_an_unsure_label_refuses_the_answer() {
    let reply = r#"{"label":"Yes","confidence":0.4}"#;
    let sure = zyn::classify::<Sure>("Sure?").confidence(0.8);
    let error = sure
        .fire(&scripted([reply]), &mut Session::new(), "x")
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LowConfidence { .. }));
}

/// Carries each step out and gives its record, which is looked at.
struct Passing;

impl Engine for Passing {
    fn step(&self, _: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        exec()
    }
}

#[tokio::test]
async fn the_unsure_label_that_stands_in_is_not_judged_by_the_validators_with_an_engine_or_without()
{
    let mood = || {
        by_hand(&STEPS, |cx| async move {
            classify::<Mood>("Mood?", "x")
                .confidence(0.8)
                .validate(|mood| match mood {
                    Mood::Unclear => Err("decide"),
                    _ => Ok(()),
                })
                .__run(&cx, 0)
                .await
        })
    };
    let without = mood().run(&scripted([LOW]), &mut Session::new()).await;
    assert_eq!(without.unwrap(), Mood::Unclear);
    let with = mood().engine(Arc::new(Passing));
    let with = with.run(&scripted([LOW]), &mut Session::new()).await;
    assert_eq!(with.unwrap(), Mood::Unclear);
}
