//! What is written down of attempts: in ledgers, logs and bills.

use std::sync::Arc;

use serde_json::json;
use zyn::policy::Outcome;
use zyn::prelude::*;
use zyn::testing::{Reply, Scripted};
use zyn::{
    BoxFuture, Engine, Error, ErrorKind, Failure, Response, StepCall, StepFn, StepRecord, Usage,
};

use crate::model::{SECOND, answer, answering, failing, fire, greet, model};

workflow!(
    async fn shout(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        loud
    }
);

/// Keeps records as they were before there were logs, with so many attempts of unknown cost.
struct Old(u32);

impl Engine for Old {
    fn step(&self, _: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let uncounted = self.0;
        Box::pin(async move {
            let mut record = serde_json::to_value(exec().await?).unwrap();
            let fields = record.as_object_mut().unwrap();
            fields.remove("log").unwrap();
            fields.insert("uncounted".to_owned(), json!(uncounted));
            Ok(serde_json::from_value(record).unwrap())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_from_before_there_were_logs_is_billed() {
    let llm = model("m", |_| (SECOND, answer("HI", Usage::new(100, 10))));
    for uncounted in [0, 2] {
        let run = shout("x").engine(Arc::new(Old(uncounted)));
        let (outcome, report) = run.run_detailed(&llm, &mut Session::new()).await;
        outcome.unwrap();
        let bill = report.bill();
        let models: Vec<_> = bill.models().collect();
        assert_eq!(models, [("m", Usage::new(100, 10))]);
        assert_eq!(bill.uncounted(), u64::from(uncounted));
        assert_eq!((report.spent(), report.attempts()), (bill.usage(), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_gives_what_stands_for_it() {
    let llm = failing("m", Failure::Overloaded).retry(0);
    let mut session = Session::new();
    let safe = greet().otherwise("default".to_owned());
    let stream = safe.stream(&llm, &mut session, "Ada").unwrap();
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!((&*answer.value, answer.attempts), ("default", 1));
    assert!(session.is_empty());
}

#[tokio::test(start_paused = true)]
async fn for_a_stream_of_which_a_part_was_read_nothing_stands() {
    let llm = Llm::new(Scripted::new([Reply::broken("Where is")])).retry(0);
    let mut session = Session::new();
    let safe = greet().otherwise("default".to_owned());
    let mut stream = safe.stream(&llm, &mut session, "Ada").unwrap();
    assert!(stream.text().await.is_some());
    let error = stream.finish().await.unwrap_err();
    assert_eq!(error.provider().unwrap().kind, Failure::Interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_streams_answer_that_is_refused_in_the_end_is_the_loss_of_the_model_that_gave_it() {
    // the item that was handed out is no part of the answer as it is read in the end
    let draft = |town| format!(r#"{{"reasoning":"It says so.","value":["{town}"]}}"#);
    let changed = format!("{}\nNo:\n{}", draft("Oslo"), draft("Bergen"));
    let spare = Llm::new(Scripted::new([Response::new(changed, Usage::new(50, 5))]));
    let llm = failing("first", Failure::Overloaded).retry(0);
    let llm = llm.fallback(&spare);
    let towns = zyn::extract::<Vec<String>>("The towns").reasoning();
    let mut session = Session::new();
    let mut stream = towns.stream(&llm, &mut session, "x").unwrap();
    assert_eq!(stream.item().await.as_deref(), Some("Oslo"));
    let error = stream.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error}");
    assert_eq!(spare.spend().failed, Usage::new(50, 5));
    assert_eq!(llm.spend().failed, Usage::default());
}

#[tokio::test(start_paused = true)]
async fn the_log_says_how_long_an_attempt_took_that_was_cut_off() {
    let llm = answering("m", 100 * SECOND, "late").timeout(30 * SECOND);
    let error = fire(&llm).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    let [attempt] = error.log() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (&attempt.outcome, attempt.elapsed),
        (&Outcome::CutOff, 30 * SECOND)
    );
}
