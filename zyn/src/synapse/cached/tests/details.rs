//! What stands in an answer that was kept, whatever the verb; and in reports.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::*;
use crate::synapse::{Answer, Labels, Synapse};
use crate::{Engine, StepFn};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
    #[classify(unsure)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Order {
    id: Option<u32>,
    items: BTreeMap<String, f64>,
}

async fn same<T: Debug + PartialEq + 'static, I: Clone + Send + 'static>(
    synapse: Synapse<T, I>,
    input: impl Input<I> + Clone,
    reply: &str,
) -> Answer<T> {
    let llm = scripted([reply], &Cache::memory(1));
    let fire = async || {
        let answer = synapse
            .fire_detailed(&llm, &mut Session::new(), input.clone())
            .await;
        answer.unwrap_or_else(|error| panic!("{reply}: {error:#?}"))
    };
    let (asked, found) = (fire().await, fire().await);
    assert!(found.cached, "{reply}");
    let asked = Answer {
        cached: true,
        attempts: 0,
        log: Vec::new(),
        usage: Some(Usage::default()),
        spent: Usage::default(),
        ..asked
    };
    assert_eq!(format!("{found:?}"), format!("{asked:?}"));
    found
}

#[tokio::test]
async fn an_answer_of_each_verb_is_found_as_it_was_given() {
    let urgency = crate::classify::<Urgency>("How urgent?");
    let reply = r#"{"reasoning":"r","label":"High","runner_up":"Low","confidence":0.9}"#;
    let sure = urgency.reasoning().runner_up().confidence(0.8);
    let found = same(sure.clone(), "fire", reply).await;
    assert_eq!(found.value, Urgency::High);
    assert_eq!(found.runner_up, Some(Urgency::Low));
    // and one for which the label for that stands in
    let reply = reply.replace("0.9", "0.7");
    let found = same(sure, "fire", &reply).await;
    assert_eq!(found.value, Urgency::Unknown);
    assert_eq!(found.runner_up, Some(Urgency::High));

    let order = crate::extract::<Order>("The order");
    let reply = r#"```json
{"id":null,"items":[{"key":"pen","value":"1.10"}]}
```"#;
    let found = same(order, "a pen", reply).await;
    assert!(!found.repairs.is_empty());
    let numbers = crate::extract::<Vec<u64>>("The numbers").reasoning();
    let reply = r#"{"reasoning":"r","value":[18446744073709551615]}"#;
    assert_eq!(same(numbers, "many", reply).await.value, [u64::MAX]);
    let ranked = crate::rank("By size");
    same(ranked, ["ant", "cow"], r#"{"ranked":[2,1]}"#).await;
    let mood = crate::sentiment("The mood").aspects(["food"]);
    let reply = r#"{"overall":"mixed","scores":{"positive":0.5,"negative":0.5,"neutral":0},"emotions":["joy"],"aspects":{"food":"negative"}}"#;
    same(mood, "well", reply).await;
    let analysis = crate::analyze::<Vec<u8>>("What stands out");
    same(analysis, &vec![1_u8], r#"{"text":"a","findings":["f"]}"#).await;
    let order = crate::convert::<Vec<u8>, Order>("Into an order");
    same(order, &vec![1_u8], r#"{"id":1,"items":[]}"#).await;
    let among = crate::classify_among("Which?", Labels::new(["a", "b"]));
    same(among, "b", r#"{"label":"b"}"#).await;
    let text = crate::transform("Say it").reasoning();
    same(text, "b", r#"{"reasoning":"r","text":" said "}"#).await;
}

workflow!(
    async fn shout(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        let louder = transform("Even louder", &loud);
        louder
    }
);

#[tokio::test]
async fn a_report_says_which_steps_were_not_asked() {
    let llm = scripted(["HELLO", "HELLO!"], &Cache::memory(10));
    let mut reports = Vec::new();
    for _ in 0..2 {
        let mut session = Session::new();
        let (value, report) = shout("hello").run_detailed(&llm, &mut session).await;
        assert_eq!(value.unwrap(), "HELLO!");
        assert_eq!(session.len(), 4);
        reports.push(report);
    }
    assert_eq!(llm.spend().attempts, 2);
    assert!(
        reports[0]
            .steps
            .iter()
            .all(|it| !it.cached && it.attempts == 1)
    );
    for step in &reports[1].steps {
        assert!(step.cached && step.attempts == 0);
        assert_eq!((step.spent, &*step.asked), (Usage::default(), "scripted"));
    }
    assert_eq!(reports[1].usage(), Usage::default());
    assert_eq!(reports[1].attempts(), 0);
}

/// Gives each record through JSON, as one that keeps them would.
struct Journal;

impl Engine for Journal {
    fn step(&self, _: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let record = exec().await?;
            let text = serde_json::to_string(&record).unwrap();
            Ok(serde_json::from_str(&text).unwrap())
        })
    }
}

#[tokio::test]
async fn an_engine_takes_a_record_that_was_kept() {
    let llm = scripted(["HELLO", "HELLO!"], &Cache::memory(10));
    for cached in [false, true] {
        let run = shout("hello").engine(Arc::new(Journal));
        let (value, report) = run.run_detailed(&llm, &mut Session::new()).await;
        assert_eq!(value.unwrap(), "HELLO!");
        assert!(report.steps.iter().all(|it| it.cached == cached));
    }
}
