//! Streams of what is kept.

use std::time::Duration;

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Waker};

use super::*;
use crate::Event;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Trip {
    title: String,
    note: Option<String>,
    stops: Vec<(String, u8)>,
    costs: BTreeMap<String, u32>,
}

fn trip() -> Trip {
    Trip {
        title: "North".to_owned(),
        note: None,
        stops: vec![("Oslo".to_owned(), 1), ("Bodø".to_owned(), 2)],
        costs: BTreeMap::from([("train".to_owned(), 99)]),
    }
}

fn at_once(text: &str, dialect: Dialect) -> Model {
    Model {
        dialect,
        takes: Duration::ZERO,
        ..Model::saying(text)
    }
}

#[tokio::test]
async fn a_text_that_is_kept_is_told_as_a_whole() {
    let llm = scripted([" Where is it? "], &Cache::memory(10));
    let polite = crate::transform("Make it polite");
    let mut session = Session::new();
    let mut stream = polite.stream(&llm, &mut session, "WHERE IS IT").unwrap();
    assert_eq!(stream.text().await.as_deref(), Some("Where "));
    assert!(!stream.finish_detailed().await.unwrap().cached);
    // kept by the stream, found by a fire and by a stream
    let mut session = Session::new();
    let fired = polite
        .fire_detailed(&llm, &mut session, "WHERE IS IT")
        .await;
    assert!(fired.unwrap().cached);
    let mut session = Session::new();
    let mut stream = polite.stream(&llm, &mut session, "WHERE IS IT").unwrap();
    assert_eq!(stream.text().await.as_deref(), Some("Where is it?"));
    assert_eq!(stream.text().await, None);
    let answer = stream.finish_detailed().await.unwrap();
    assert!(answer.cached && answer.time_to_first_token.is_none());
    assert_eq!(answer.value, "Where is it?");
    assert_eq!((session.len(), session.usage()), (2, Usage::default()));
    assert_eq!(llm.spend().attempts, 1);
}

/// In the form in which the model of the stream would have written it, whoever gave it.
#[tokio::test]
async fn parts_and_items_are_told_in_each_dialect() {
    let written = serde_json::to_string(&trip()).unwrap();
    let wrapped = format!(r#"{{"value":[{written},{written}]}}"#);
    for dialect in Dialect::ALL {
        let cache = Cache::memory(10);
        let one = crate::extract::<Trip>("The trip").reasoning();
        let reply = format!(r#"{{"reasoning":"r","value":{written}}}"#);
        let llm = Llm::new(at_once(&reply, Dialect::Prompted)).cache(&cache);
        one.fire(&llm, &mut Session::new(), "a").await.unwrap();
        let llm = Llm::new(at_once("nobody asks", dialect)).cache(&cache);
        let mut session = Session::new();
        let mut stream = one.stream(&llm, &mut session, "a").unwrap();
        let partial = stream.partial().await.unwrap();
        assert_eq!(partial.title.as_deref(), Some("North"), "{dialect}");
        assert_eq!(partial.stops, trip().stops, "{dialect}");
        assert_eq!(partial.costs, Some(trip().costs), "{dialect}");
        let answer = stream.finish_detailed().await.unwrap();
        assert!(answer.cached);
        assert_eq!(answer.value, trip());

        let all = crate::extract::<Vec<Trip>>("The trips");
        let llm = Llm::new(at_once(&wrapped, Dialect::Prompted)).cache(&cache);
        all.fire(&llm, &mut Session::new(), "a").await.unwrap();
        let llm = Llm::new(at_once("nobody asks", dialect)).cache(&cache);
        let mut session = Session::new();
        let mut stream = all.stream(&llm, &mut session, "a").unwrap();
        let mut items = Vec::new();
        while let Some(item) = stream.item().await {
            items.push(item);
        }
        assert_eq!(items, [trip(), trip()], "{dialect}");
        assert!(stream.finish_detailed().await.unwrap().cached);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    High,
    #[classify(unsure)]
    Unknown,
}

#[tokio::test]
async fn what_no_model_could_have_written_is_asked_for() {
    // the label that stands in for an unsure one is none that the validator would take from a model
    let known = |it: &Urgency| match it {
        Urgency::Unknown => Err("say which"),
        Urgency::High => Ok(()),
    };
    let urgency = crate::classify::<Urgency>("How urgent?").confidence(0.8);
    let urgency = urgency.validate(known);
    let reply = r#"{"label":"High","confidence":0.5}"#;
    let llm = scripted([reply, reply], &Cache::memory(10));
    for cached in [false, true] {
        let answer = urgency.fire_detailed(&llm, &mut Session::new(), "a").await;
        let answer = answer.unwrap();
        assert_eq!((answer.value, answer.cached), (Urgency::Unknown, cached));
    }
    let mut session = Session::new();
    let mut stream = urgency.stream(&llm, &mut session, "a").unwrap();
    assert_eq!(stream.text().await.as_deref(), Some(reply));
    let answer = stream.finish_detailed().await.unwrap();
    assert_eq!((answer.value, answer.cached), (Urgency::Unknown, false));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_stream_and_a_stream_for_nobody() {
    for synapse in [
        crate::transform("Go on"),
        crate::transform("Go on").agreement(2),
    ] {
        let cache = Cache::memory(10);
        let llm = Llm::new(Model::saying("a")).cache(&cache);
        let mut session = Session::new();
        let mut stream = synapse.stream(&llm, &mut session, "a").unwrap();
        {
            // it is begun, and then nobody reads it
            let mut text = pin!(stream.text());
            let mut context = Context::from_waker(Waker::noop());
            assert!(text.as_mut().poll(&mut context).is_pending());
        }
        assert!(llm.spend().attempts > 0);
        let mut other = Session::new();
        let fired = synapse.fire_detailed(&llm, &mut other, "a").await;
        assert!(!fired.unwrap().cached);
        assert!(!stream.finish_detailed().await.unwrap().cached);
        assert_eq!(cache.in_flight(), 0);
    }
}

workflow!(
    async fn shout(text: &str) -> String {
        let loud = transform("Write it in capitals", text);
        loud
    }
);

#[tokio::test]
async fn a_streamed_run_tells_what_is_kept() {
    let llm = scripted(["HELLO YOU"], &Cache::memory(10));
    for pieces in [["HELLO ", "YOU"].as_slice(), &["HELLO YOU"]] {
        let told = Arc::new(std::sync::Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let run = shout("hello").streamed().on_event(move |event| {
            if let Event::StepText { text, .. } = event {
                hears.lock().unwrap().push(text.clone());
            }
        });
        let value = run.run(&llm, &mut Session::new()).await;
        assert_eq!(value.unwrap(), "HELLO YOU");
        assert_eq!(*told.lock().unwrap(), pieces);
    }
}
