//! Defaults are a value, and what is added to a clone of it stays there. In the original, what one call added was sent
//! with every later one.

use std::sync::Arc;

use tokio::sync::Barrier;
use zyn::Synapse;

use crate::ask::{JUDGED, Mood, blocks, sent};

const CALM: &str = r#"{"label":"Calm"}"#;

#[tokio::test]
async fn examples_of_one_call_are_not_in_the_next() {
    let defaults = zyn::classify::<Mood>("What is the mood?").examples([("Hooray", Mood::Happy)]);
    let before = blocks(&sent(&defaults, "x", CALM).await);
    for _ in 0..100 {
        let more = defaults.clone().examples([("Grr", Mood::Angry)]);
        assert_eq!(blocks(&sent(&more, "x", CALM).await).len(), 5);
    }
    assert_eq!(blocks(&sent(&defaults, "x", CALM).await), before);
}

#[tokio::test]
async fn lists_of_one_clone_are_not_in_another() {
    let defaults = zyn::sentiment("the tone").criteria(["irony"]);
    let left = defaults.clone().criteria(["left"]).aspects(["food"]);
    let right = defaults.clone().criteria(["right"]);
    let told = async |synapse: &Synapse<zyn::Sentiment>, answer: &str| {
        let request = sent(synapse, "x", answer).await;
        request.prompt.instruction().unwrap().to_owned()
    };
    let food = JUDGED.replace(r#"["joy"]"#, r#"["joy"],"aspects":{"food":"mixed"}"#);
    assert_eq!(
        told(&left, &food).await,
        "the tone\nConsider:\n- irony\n- left"
    );
    assert_eq!(
        told(&right, JUDGED).await,
        "the tone\nConsider:\n- irony\n- right"
    );
    assert_eq!(
        told(&defaults, JUDGED).await,
        "the tone\nConsider:\n- irony"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_synapse_is_fired_by_many_tasks_at_once() {
    let mood = zyn::classify::<Mood>("What is the mood?").examples([("Hooray", Mood::Happy)]);
    let mood = Arc::new(mood);
    let together = Arc::new(Barrier::new(32));
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let (mood, together) = (Arc::clone(&mood), Arc::clone(&together));
            tokio::spawn(async move {
                together.wait().await;
                blocks(&sent(&*mood, format!("text {n}"), CALM).await)
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        let blocks = task.await.unwrap();
        assert_eq!(blocks.len(), 3);
        assert_eq!(
            (&*blocks[0].1, &*blocks[2].1),
            ("Hooray", &*format!("text {n}"))
        );
    }
}
