//! What each verb leaves in the session: two messages, and in the second the answer in canonical form.

use std::fmt::Debug;

use zyn::prelude::*;
use zyn::{Input, Labels, Synapse, Verb};

use crate::ask::{JUDGED, Mood, Person, ada, model};

async fn turn<T: Debug + 'static, I: Clone + Send + 'static>(
    synapse: Synapse<T, I>,
    input: impl Input<I>,
    answer: &str,
) -> (Verb, String, String) {
    let (llm, _) = model([answer]);
    let mut session = Session::new();
    synapse.fire(&llm, &mut session, input).await.unwrap();
    assert_eq!(session.len(), 2);
    let asked = session.at(0).unwrap();
    let stored = serde_json::to_string(&session).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
    let answer = session.at(1).unwrap().text().to_owned();
    (asked.verb().unwrap(), asked.text().to_owned(), answer)
}

#[tokio::test]
async fn the_answer_is_stored_in_canonical_form_and_the_question_as_a_sentence() {
    let shuffled = r#"{ "emotions": ["joy"], "overall": "mixed",
        "scores": { "neutral": 0, "negative": 0.45, "positive": 0.5 } }"#;
    let json = r#"{"name":"Ada"}"#;
    let turns = [
        (
            turn(zyn::binary("Is it late?"), "x", r#"{"answer": false}"#).await,
            Verb::Binary,
            "no",
        ),
        (
            turn(zyn::classify::<Mood>("Which?"), "x", r#"{"label": "Calm"}"#).await,
            Verb::Classify,
            "Calm",
        ),
        (
            turn(zyn::rank("by length"), ["a", "bb"], r#"{"ranked": [2, 1]}"#).await,
            Verb::Rank,
            "[2,1]",
        ),
        (
            turn(zyn::sentiment("the tone"), "x", shuffled).await,
            Verb::Sentiment,
            JUDGED,
        ),
        (
            turn(zyn::transform("Greet"), "x", " Hi \n").await,
            Verb::Transform,
            "Hi",
        ),
        (
            turn(
                zyn::extract::<Person>("The person"),
                "x",
                r#"{"email": null, "name": "Ada"}"#,
            )
            .await,
            Verb::Extract,
            json,
        ),
        (
            turn(zyn::convert::<Person, Person>("Copy"), &ada(), json).await,
            Verb::Convert,
            json,
        ),
        (
            turn(
                zyn::analyze::<Person>("Who?"),
                &ada(),
                r#"{"findings": [], "text": "Ada."}"#,
            )
            .await,
            Verb::Analyze,
            r#"{"text":"Ada.","findings":[]}"#,
        ),
    ];
    for ((verb, asked, answer), wanted, stored) in turns {
        assert_eq!((verb, &*answer), (wanted, stored));
        assert!(
            !asked.contains("properties"),
            "no schema is stored: {asked}"
        );
    }
}

/// The original asked `Determine if Is this late?` and `Rank by by importance`.
#[tokio::test]
async fn questions_orders_and_nouns_all_read_well_behind_a_verb() {
    let json = r#"{"name":"Ada"}"#;
    let analysis = r#"{"text":"Ada.","findings":[]}"#;
    let label = r#"{"label":"Calm"}"#;
    let labels = Labels::new(["Calm", "Angry"]);
    let turns = [
        (
            turn(zyn::binary("Is it late?"), "x", r#"{"answer":true}"#).await,
            "Answer this question about the text with yes or no: Is it late?",
        ),
        (
            turn(zyn::classify::<Mood>("Which mood?"), "x", label).await,
            "Answer this question about the text: Which mood?",
        ),
        (
            turn(zyn::classify_among("the mood", labels), "x", label).await,
            "Answer this question about the text: the mood",
        ),
        (
            turn(zyn::rank("by importance"), ["x"], r#"{"ranked":[1]}"#).await,
            "Put the numbered items in order, the first one first. This decides the order: by importance",
        ),
        (
            turn(zyn::sentiment("the guest's opinion"), "x", JUDGED).await,
            "Judge the sentiment of the text. This is what to judge: the guest's opinion",
        ),
        (
            turn(zyn::extract::<Person>("the customer"), "x", json).await,
            "Extract the following from the text: the customer",
        ),
        (
            turn(zyn::transform("Make it polite"), "x", "Hi").await,
            "Do this with the text: Make it polite",
        ),
        (
            turn(zyn::analyze::<Person>("Who is it?"), &ada(), analysis).await,
            "Analyze the data and say what you find. This is what to look for: Who is it?",
        ),
        (
            turn(
                zyn::convert::<Person, Person>("Copy the name"),
                &ada(),
                json,
            )
            .await,
            "Convert the data into the form of the answer. This is how to convert it: Copy the name",
        ),
    ];
    for ((verb, asked, _), wanted) in turns {
        let (sentence, data) = asked.split_once("\n\n").unwrap();
        assert_eq!(sentence, wanted);
        let named = if verb == Verb::Rank {
            "item 1:\n"
        } else {
            "input:\n"
        };
        assert!(data.starts_with(named), "{asked}");
    }
}
