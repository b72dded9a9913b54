//! A record, read back from JSON, gives the answer again without a call: for every verb and what stands beside it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Confidence, Engine, Error, StepCall, StepFn, StepRecord};

use crate::ask::Mood;

#[derive(Default)]
struct Tape(Mutex<HashMap<String, String>>);

impl Engine for Tape {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let text = serde_json::to_string(&call).unwrap();
            assert_eq!(serde_json::from_str::<StepCall>(&text).unwrap(), call);
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

workflow!(
    /// Two steps with all that can stand beside an answer.
    async fn judge(text: &str) -> (Mood, String) {
        let mood = classify::<Mood>("Which?", text)
            .examples([("Hooray", Mood::Happy)])
            .criteria(["irony"])
            .reasoning()
            .runner_up()
            .confidence(0.5);
        let reply = transform("Answer", text)
            .style("dry")
            .max_chars(9)
            .context("A shop.");
        (mood, reply)
    }
);

#[tokio::test]
async fn a_run_with_options_is_replayed_without_a_call() {
    let tape = Arc::new(Tape::default());
    let llm = Llm::new(Scripted::new([
        r#"{"reasoning":"r","label":"Calm","runner_up":"Happy","confidence":0.9}"#,
        "much too long",
        "Fine.",
    ]));
    let mut session = Session::named("s");
    let mut replayed = session.clone();
    let run = judge("Hm.").engine(tape.clone());
    let (value, report) = run.run_detailed(&llm, &mut session).await;
    let value = value.unwrap();
    let told = &report.steps[0];
    assert_eq!(told.reasoning.as_deref(), Some("r"));
    assert_eq!(told.runner_up.as_deref(), Some("Happy"));
    assert_eq!(told.confidence, Confidence::SelfReported(0.9));
    let plain = &report.steps[1];
    assert_eq!((&plain.reasoning, &plain.runner_up), (&None, &None));
    assert_eq!(plain.confidence, Confidence::NotScored);
    assert_eq!(value, (Mood::Calm, "Fine.".to_owned()));
    let mood = tape.0.lock().unwrap().get("mood").cloned().unwrap();
    let mood: StepRecord = serde_json::from_str(&mood).unwrap();
    assert_eq!(mood.reasoning.as_deref(), Some("r"));
    assert_eq!(mood.confidence, Confidence::SelfReported(0.9));
    assert_eq!(mood.confidence.score(), Some(0.9));
    assert_eq!(mood.runner_up.as_deref(), Some("Happy"));

    let idle = Llm::new(Scripted::new([] as [&str; 0]));
    let run = judge("Hm.").engine(tape);
    assert_eq!(run.run(&idle, &mut replayed).await.unwrap(), value);
    assert_eq!((idle.spend().attempts, session), (0, replayed));
}
