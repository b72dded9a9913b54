//! What a provider's schemas cannot have is said in the prompt, and the answer is held to the type all the same.

use std::collections::BTreeMap;

use serde_json::Value;
use zyn::prelude::*;
use zyn::schema::Dialect;
use zyn::testing::{Recording, Scripted};
use zyn::{Mode, Repair};

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Note {
    title: String,
    /// Whatever else is said.
    payload: Value,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
struct Basket {
    items: BTreeMap<String, u32>,
}

#[tokio::test]
async fn a_field_of_any_kind_is_asked_for_in_the_prompt_alone() {
    let replies = [
        r#"{"payload":{"a":[1]}}"#,
        r#"{"title":"x","payload":{"a":[1]}}"#,
    ];
    let recording = Recording::new(Scripted::new(replies));
    let llm = Llm::new(recording.clone());
    let note = zyn::extract::<Note>("The note");
    let answer = note
        .fire_detailed(&llm, &mut Session::new(), "x, and a is 1")
        .await
        .unwrap();
    assert_eq!(answer.mode, Mode::Prompted);
    assert_eq!(answer.value.payload["a"][0], 1);
    // held to the type: the first answer had no title
    assert_eq!(answer.attempts, 2);
    let request = &recording.requests()[0];
    assert_eq!(
        request.schema.as_ref().map(|schema| schema.dialect),
        Some(Dialect::Prompted)
    );
    let words = request.note.as_deref().unwrap();
    assert!(
        words.contains("- \"payload\" (anything): Whatever else is said."),
        "{words}"
    );
}

#[tokio::test]
async fn a_map_is_asked_for_as_entries_and_kept_as_a_map() {
    let reply = r#"{"items":[{"key":"pears","value":3},{"key":"apples","value":2}]}"#;
    let recording = Recording::new(Scripted::new([reply]));
    let llm = Llm::new(recording.clone());
    let mut session = Session::new();
    let basket = zyn::extract::<Basket>("The basket");
    let answer = basket
        .fire_detailed(&llm, &mut session, "3 pears and 2 apples")
        .await
        .unwrap();
    assert_eq!(answer.mode, Mode::Native);
    assert_eq!(answer.repairs, [] as [Repair; 0]);
    assert_eq!(answer.value.items["pears"], 3);
    assert_eq!(
        session.at(1).unwrap().text(),
        r#"{"items":{"apples":2,"pears":3}}"#
    );
}

#[tokio::test]
async fn a_key_that_comes_twice_is_asked_for_again() {
    let twice = r#"{"items":[{"key":"pears","value":3},{"key":"pears","value":2}]}"#;
    let once = r#"{"items":[{"key":"pears","value":5}]}"#;
    let recording = Recording::new(Scripted::new([twice, once]));
    let llm = Llm::new(recording.clone());
    let basket = zyn::extract::<Basket>("The basket");
    let basket = basket
        .fire(&llm, &mut Session::new(), "pears")
        .await
        .unwrap();
    assert_eq!(basket.items["pears"], 5);
    let feedback = recording.requests()[1].feedback[1].text().to_string();
    assert!(feedback.contains("/items/1/key"), "{feedback}");
}
