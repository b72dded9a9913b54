//! A step is data: an engine that keeps nothing but JSON text replays a whole run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{BoxFuture, Engine, Error, ErrorKind, StepCall, StepFn, StepRecord};
use zyn_tests::Server;

/// A customer and what they need.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema, Extract)]
pub struct Customer {
    name: String,
    email: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

#[derive(Debug, PartialEq)]
pub struct Answered {
    customer: Customer,
    urgency: Urgency,
    text: String,
}

workflow!(
    /// Answer a support ticket.
    pub async fn answer(ticket: &str) -> Answered {
        let customer = extract::<Customer>("The customer", ticket).max_tokens(50);
        let urgency = classify::<Urgency>("How urgent is it?").retry(1);
        let text = match urgency {
            Urgency::High => transform("Apologise to {customer.name}", ticket),
            Urgency::Low => transform("Write to {customer.name}", ticket),
        };
        Answered {
            customer,
            urgency,
            text,
        }
    }
);

const TICKET: &str = "The heating is off. Ada";

/// Keeps calls and records as text, and gives back what it has read from the text.
#[derive(Default)]
struct Tape {
    calls: Mutex<Vec<String>>,
    records: Mutex<HashMap<String, String>>,
}

impl Tape {
    fn carried_out(&self) -> usize {
        self.records.lock().unwrap().len()
    }
}

impl Engine for Tape {
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let text = serde_json::to_string(&call).unwrap();
            assert_eq!(serde_json::from_str::<StepCall>(&text).unwrap(), call);
            self.calls.lock().unwrap().push(text);
            let known = self.records.lock().unwrap().get(&call.id).cloned();
            let record = match known {
                Some(record) => record,
                None => serde_json::to_string(&exec().await?).unwrap(),
            };
            let mut records = self.records.lock().unwrap();
            records.insert(call.id, record.clone());
            Ok(serde_json::from_str(&record).unwrap())
        })
    }
}

fn script() -> [&'static str; 4] {
    [
        "```json\n{\"name\":\"Ada\",\"email\":null}\n```",
        "urgent",
        r#"{"label":"High"}"#,
        "We are sorry, Ada.",
    ]
}

#[tokio::test]
async fn a_recorded_run_is_replayed_without_a_call() {
    let tape = Arc::new(Tape::default());
    let paying = Llm::new(Scripted::new(script()));
    let mut session = Session::named("ticket-7");
    let mut replayed = session.clone();
    let (value, report) = answer(TICKET)
        .engine(tape.clone())
        .run_detailed(&paying, &mut session)
        .await;
    assert_eq!((paying.spend().attempts, tape.carried_out()), (4, 3));

    let idle = Llm::new(Scripted::new([] as [&str; 0]));
    let (again, report_again) = answer(TICKET)
        .engine(tape.clone())
        .run_detailed(&idle, &mut replayed)
        .await;
    assert_eq!(idle.spend(), zyn::Spend::default());
    assert_eq!(value.unwrap(), again.unwrap());
    assert_eq!(session, replayed);
    let paid = |report: &zyn::Report| (report.attempts(), report.usage(), report.spent());
    assert_eq!(paid(&report), paid(&report_again));
    assert_eq!(report.bill(), report_again.bill());
    assert_eq!(session.bill(), replayed.bill());
    assert!(report.spent().total() > report.usage().total());
    let calls = tape.calls.lock().unwrap();
    assert_eq!(calls.len(), 6);
    assert_eq!(
        calls[..3],
        calls[3..],
        "the same run asks for the same steps"
    );
}

#[tokio::test]
async fn a_run_with_an_engine_is_the_run_without_one() {
    let plain = Llm::new(Scripted::new(script()));
    let mut session = Session::named("ticket-7");
    let mut taped = session.clone();
    let value = answer(TICKET).run(&plain, &mut session).await.unwrap();
    let llm = Llm::new(Scripted::new(script()));
    let run = answer(TICKET).engine(Arc::new(Tape::default()));
    assert_eq!(run.run(&llm, &mut taped).await.unwrap(), value);
    assert_eq!(session, taped);
    assert_eq!(plain.spend(), llm.spend());
}

#[tokio::test]
async fn a_run_that_died_is_taken_up_where_it_was() {
    let tape = Arc::new(Tape::default());
    let mut session = Session::new();
    let before = session.clone();
    let dies = Llm::new(Scripted::new(script().into_iter().take(3)));
    let run = answer(TICKET).engine(tape.clone());
    let error = run.run(&dies, &mut session).await.unwrap_err();
    assert_eq!(error.step(), Some("High/text"));
    assert_eq!(session, before);

    let llm = Llm::new(Scripted::new(["We are sorry, Ada."]));
    let run = answer(TICKET).engine(tape);
    let answered = run.run(&llm, &mut session).await.unwrap();
    assert_eq!(answered.text, "We are sorry, Ada.");
    assert_eq!((llm.spend().attempts, session.len()), (1, 6));
}

#[tokio::test]
async fn a_record_of_another_steps_shape_is_an_error_of_the_engine() {
    for (step, another) in [
        ("customer", "High/text"),
        ("urgency", "customer"),
        ("High/text", "customer"),
    ] {
        let tape = Arc::new(Tape::default());
        let llm = Llm::new(Scripted::new(script()));
        let run = answer(TICKET).engine(tape.clone());
        run.run(&llm, &mut Session::new()).await.unwrap();
        {
            let mut records = tape.records.lock().unwrap();
            let other = records[another].clone();
            records.insert(step.to_owned(), other);
        }
        let mut session = Session::new();
        let before = session.clone();
        let idle = Llm::new(Scripted::new([] as [&str; 0]));
        let run = answer(TICKET).engine(tape);
        let (outcome, report) = run.run_detailed(&idle, &mut session).await;
        let error = outcome.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Engine { .. }),
            "{error:?}"
        );
        assert_eq!(error.step(), Some(step));
        assert!(report.steps.last().unwrap().error.is_some());
        assert_eq!(session, before);
        println!("{error}");
    }
}

#[tokio::test]
async fn a_record_whose_answer_was_changed_is_an_error_that_does_not_show_it() {
    let tape = Arc::new(Tape::default());
    let llm = Llm::new(Scripted::new(script()));
    let run = answer(TICKET).engine(tape.clone());
    run.run(&llm, &mut Session::new()).await.unwrap();
    {
        let mut records = tape.records.lock().unwrap();
        let changed = records["urgency"].replace("High", "canary");
        records.insert("urgency".to_owned(), changed);
    }
    let mut session = Session::new();
    let idle = Llm::new(Scripted::new([] as [&str; 0]));
    let run = answer(TICKET).engine(tape);
    let error = run.run(&idle, &mut session).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Engine { .. }));
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    assert!(session.is_empty());
}

/// Says that it cannot.
struct Broken;

impl Engine for Broken {
    fn step(&self, _: StepCall, _: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let problem = "the disk is full".to_owned();
        Box::pin(async move { Err(ErrorKind::Engine { problem }.into()) })
    }
}

#[tokio::test]
async fn an_engines_own_error_names_the_step_and_nothing_was_sent() {
    let llm = Llm::new(Scripted::new(script()));
    let mut session = Session::new();
    let run = answer(TICKET).engine(Arc::new(Broken));
    let error = run.run(&llm, &mut session).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "step `customer`: the engine could not run the step: the disk is full"
    );
    assert_eq!((llm.spend().attempts, session.len()), (0, 0));
}

#[tokio::test]
async fn a_call_has_all_that_running_it_asks_for_and_no_key() {
    let server = Server::new(script());
    let llm = Llm::new(server.openai().key("canary-key"));
    let tape = Arc::new(Tape::default());
    let run = answer(TICKET).engine(tape.clone());
    run.run(&llm, &mut Session::new()).await.unwrap();
    assert!(server.received()[0].head.contains("canary-key"));

    let calls = tape.calls.lock().unwrap();
    let records = tape.records.lock().unwrap();
    for text in calls.iter().chain(records.values()) {
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("127.0.0.1"), "{text}");
    }
    let calls: Vec<StepCall> = calls
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    let ids: Vec<_> = calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["customer", "urgency", "High/text"]);
    assert_eq!(calls[0].verb(), Some(zyn::Verb::Extract));
    assert_eq!(calls[0].input(), Some(TICKET));
    assert_eq!(calls[0].options.max_tokens, Some(50));
    assert!(calls[0].schema.is_some());
    assert_eq!((calls[1].input(), calls[1].options.retry), (None, Some(1)));
    assert_eq!(calls[2].instruction(), "Apologise to {customer.name}");
    assert_eq!(calls[2].schema, None);
}
