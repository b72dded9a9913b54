//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::fmt::Debug;

use serde_json::{Value, json};

use crate::error::ErrorKind;
use crate::prelude::*;
use crate::synapse::Talk;
use crate::synapse::ask::ask;
use crate::synapse::fire::Fired;
use crate::synapse::form::Reader;
use crate::synapse::{
    Analysis, Input, Labels, Options, Polarity, StepCall, StepRecord, Synapse, analyze, binary,
    classify, classify_among, convert, extract, rank, sentiment, transform,
};
use crate::testing::Scripted;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    Outage(Urgency),
    Other,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Rating {
    #[schemars(range(min = 1, max = 5))]
    #[extract(validate = not_three)]
    stars: u8,
    note: Option<String>,
}

fn not_three(stars: &u8) -> Result<(), &'static str> {
    match stars {
        3 => Err("three says nothing"),
        _ => Ok(()),
    }
}

fn good() -> Rating {
    Rating {
        stars: 5,
        note: None,
    }
}

const JUDGED: &str = r#"{"overall":"mixed","scores":{"positive":0.5,"negative":0.5,"neutral":0},"emotions":["joy"],"aspects":{"food":"negative"}}"#;

fn through_json<V: Serialize + serde::de::DeserializeOwned>(value: &V) -> V {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

async fn fired<T: 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: I,
    reply: &str,
) -> (Fired<T>, StepRecord) {
    let fired = synapse.asked("step", input).unwrap();
    let llm = Llm::new(Scripted::new([reply]));
    let asked = ask(&fired.call, &*fired.typed, Talk::default(), &llm);
    let record = Box::pin(asked).await;
    let record = record.unwrap_or_else(|error| panic!("{reply}: {error:#?}"));
    (fired, record)
}

/// Fires it, and reads the value from the JSON of the record; each broken answer in such a record is refused with the
/// place that is broken.
async fn replays<T: Debug + PartialEq + 'static, I: Clone + Send + 'static>(
    synapse: Synapse<T, I>,
    input: impl Input<I>,
    reply: &str,
    value: T,
    broken: &[(&str, &str)],
) {
    let input = input.into_input();
    let (first, record) = fired(&synapse, input.clone(), reply).await;
    let (call, record): (StepCall, _) = (through_json(&first.call), through_json(&record));
    assert_eq!(call, first.call);
    let Fired { call: now, typed } = synapse.asked("step", input).unwrap();
    assert_eq!(now, call);
    typed.check(&record, &call).unwrap();
    assert_eq!(typed.restore(&record.answer).unwrap(), value);
    for (answer, place) in broken {
        let changed = StepRecord {
            answer: (*answer).to_owned(),
            ..record.clone()
        };
        is_refused(&*typed, &changed, &call, place);
    }
}

fn is_refused(reader: &dyn Reader, record: &StepRecord, call: &StepCall, place: &str) {
    let error = reader.check(record, call).expect_err(&record.answer);
    let ErrorKind::Engine { problem } = error.kind() else {
        panic!("{error:?}");
    };
    assert!(problem.contains(place), "{place}: {problem}");
}

#[tokio::test]
async fn every_verb_is_read_from_its_record_and_held_to_what_it_asks_for() {
    let rating = r#"{"stars":5,"note":null}"#;
    let bad = [
        ("5", "the answer: "),
        ("no JSON", "canonical"),
        (r#"{"stars":9}"#, "/stars: "),
        (r#"{"stars":3}"#, "/stars: three says nothing"),
        (r#"{"note":"a"}"#, "/stars: "),
        (r#"{"stars":1}"#, "too few"),
    ];
    let most = |rating: &Rating| match rating.stars {
        2.. => Ok(()),
        _ => Err("too few"),
    };
    let synapse = extract::<Rating>("Q").validate(most);
    replays(synapse, "x", rating, good(), &bad).await;
    let synapse = convert::<Rating, Rating>("Q").validate(most);
    replays(synapse, &good(), rating, good(), &bad).await;
    let bad = [("[6]", ""), ("{}", "")];
    replays(
        extract::<Vec<u8>>("Q"),
        "x",
        r#"{"value":[6]}"#,
        vec![6],
        &bad[1..],
    )
    .await;

    let bad = [("high", "/label: "), ("", "/label: ")];
    let label = r#"{"label":"High"}"#;
    replays(classify::<Urgency>("Q"), "x", label, Urgency::High, &bad).await;
    let among = classify_among("Q", Labels::new(["High", "Low"]));
    replays(among, "x", label, "High".to_owned(), &bad).await;
    let label = r#"{"label":"Outage/High"}"#;
    let value = Topic::Outage(Urgency::High);
    let bad = [("Outage", "/label: "), ("High", "/label: ")];
    replays(classify::<Topic>("Q"), "x", label, value, &bad).await;

    let bad = [("true", "canonical"), ("Yes", "canonical")];
    replays(binary("Q"), "x", r#"{"answer":true}"#, true, &bad).await;

    let bad = [
        ("[1]", "/ranked"),
        ("[1,1]", "/ranked"),
        ("[1,3]", "/ranked/1"),
        ("[1,2,3]", "/ranked"),
        ("b", "canonical"),
    ];
    let value = vec!["b", "a"];
    replays(rank("Q"), ["a", "b"], r#"{"ranked":[2,1]}"#, value, &bad).await;
    let top = rank("Q").top(1);
    let bad = [("[2,1]", "/ranked")];
    replays(top, ["a", "b"], r#"{"ranked":[2]}"#, vec!["b"], &bad).await;

    let tone = sentiment("Q").aspects(["food"]);
    let sum = JUDGED.replace("0.5", "0.1");
    let range = JUDGED.replace(r#""positive":0.5"#, r#""positive":1.5"#);
    let aspect = JUDGED.replace("food", "price");
    let bad = [
        (&*sum, "/scores: "),
        (&*range, "/scores/positive: "),
        (&*aspect, "/aspects/food: "),
    ];
    let input = "x".into_input();
    let (first, record) = fired(&tone, input, JUDGED).await;
    let value = first.typed.restore(&record.answer).unwrap();
    assert_eq!(value.aspects[0].polarity, Polarity::Negative);
    replays(tone, "x", JUDGED, value, &bad).await;

    let value = Analysis::new("T", ["F"]);
    let bad = [
        (r#"{"text":" ","findings":[]}"#, "/text: "),
        (r#"{"text":"T","findings":[""]}"#, "/findings/0: "),
    ];
    let reply = r#"{"text":"T","findings":["F"]}"#;
    replays(analyze::<Rating>("Q"), &good(), reply, value, &bad).await;

    let short = transform("Q").max_chars(5);
    let bad = [("longer", "at most 5 characters"), (" ", "not blank")];
    replays(short, "x", "Hello", "Hello".to_owned(), &bad).await;
}

#[tokio::test]
async fn what_stands_beside_an_answer_is_held_to_what_is_asked_for_too() {
    let mood = classify::<Topic>("Q")
        .reasoning()
        .confidence(0.5)
        .runner_up();
    let reply = r#"{"reasoning":"r","label":"Other","runner_up":"Outage/Low","confidence":0.75}"#;
    let (Fired { call, typed }, record) = fired(&mood, "x".into_input(), reply).await;
    let record: StepRecord = through_json(&record);
    typed.check(&record, &call).unwrap();
    let second = record.runner_up.as_deref().unwrap();
    assert_eq!(typed.restore(second).unwrap(), Topic::Outage(Urgency::Low));
    let changed = |field: &str, value: Value| -> StepRecord {
        let mut document = serde_json::to_value(&record).unwrap();
        document[field] = value;
        serde_json::from_value(document).unwrap()
    };
    let broken = [
        (changed("runner_up", json!("Other")), "/runner_up: "),
        (changed("runner_up", json!("Outage")), "/runner_up: "),
        (changed("runner_up", Value::Null), "/runner_up: "),
        (changed("reasoning", Value::Null), "/reasoning: "),
        (changed("confidence", json!("not_scored")), "/confidence: "),
        (
            changed("confidence", json!({ "self_reported": 0.4 })),
            "/confidence: expected at least 0.5",
        ),
        (
            changed("confidence", json!({ "self_reported": 1.5 })),
            "/confidence: ",
        ),
    ];
    for (record, place) in broken {
        is_refused(&*typed, &record, &call, place);
    }

    // in a field of its own
    let text = transform("Q").max_chars(5).reasoning().confidence(0.0);
    let reply = r#"{"reasoning":"r","text":"Hello","confidence":1}"#;
    let bad = [("longer", "at most 5 characters")];
    replays(text, "x", reply, "Hello".to_owned(), &bad).await;
    let rating = extract::<Rating>("Q").reasoning();
    let reply = r#"{"reasoning":"r","value":{"stars":5,"note":null}}"#;
    replays(
        rating,
        "x",
        reply,
        good(),
        &[(r#"{"stars":3}"#, "/value/stars: ")],
    )
    .await;
}

/// Checks records that differ in their confidence alone: those that are taken, and those that are not.
async fn scored(synapse: Synapse<Urgency>, taken: &[Value], refused: &[Value]) {
    let label = r#"{"label":"High"}"#;
    let (_, record) = fired(&classify::<Urgency>("Q"), "x".into_input(), label).await;
    let Fired { call, typed } = synapse.asked("step", "x".into_input()).unwrap();
    let scored = |confidence: &Value| -> StepRecord {
        let mut document = serde_json::to_value(&record).unwrap();
        document["confidence"] = confidence.clone();
        serde_json::from_value(document).unwrap()
    };
    for confidence in taken {
        let checked = typed.check(&scored(confidence), &call);
        checked.unwrap_or_else(|error| panic!("{confidence}: {error}"));
    }
    for confidence in refused {
        is_refused(&*typed, &scored(confidence), &call, "/confidence: ");
    }
}

#[tokio::test]
async fn a_confidence_is_from_where_the_step_has_it() {
    let none = json!("not_scored");
    let said = |it: f64| json!({ "self_reported": it });
    let measured = |it: f64| json!({ "measured": it });
    let agreed = |it: u32, of: u32| json!({ "agreement": { "agreed": it, "samples": of } });
    let urgency = || classify::<Urgency>("Q");
    let not_said = [measured(0.9), agreed(3, 3), said(0.4), none.clone()];
    scored(urgency().confidence(0.5), &[said(0.5)], &not_said).await;
    let not_measured = [said(0.9), agreed(3, 3), measured(1.5)];
    let taken = [measured(0.4), none.clone()];
    scored(urgency().measured(), &taken, &not_measured).await;
    let too_little = [measured(0.4), none.clone(), said(0.9)];
    let strict = urgency().measured().confidence(0.5);
    scored(strict, &[measured(0.5)], &too_little).await;
    let not_agreed = [
        agreed(2, 4),
        agreed(0, 3),
        agreed(4, 3),
        measured(0.9),
        none,
    ];
    let taken = [agreed(1, 3), agreed(3, 3)];
    scored(urgency().agreement(3), &taken, &not_agreed).await;
    let strict = urgency().agreement(3).measured().confidence(0.5);
    scored(strict, &[agreed(2, 3)], &[agreed(1, 3), measured(0.9)]).await;
}

#[test]
fn a_record_from_before_there_was_anything_beside_an_answer_can_be_read() {
    let mut options = serde_json::to_value(Options::default()).unwrap();
    for field in ["reasoning", "runner_up", "confidence", "measured"] {
        options.as_object_mut().unwrap().remove(field);
    }
    assert_eq!(
        serde_json::from_value::<Options>(options).unwrap(),
        Options::default()
    );
    let record = json!({
        "answer": "yes", "turn": [], "usage": null, "attempts": 1, "mode": "native",
        "spent": crate::Usage::new(1, 1), "repairs": [], "finish": null, "model": null,
    });
    let record: StepRecord = serde_json::from_value(record).unwrap();
    assert_eq!(record.confidence.score(), None);
}
