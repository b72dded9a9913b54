//! An answer is held to what was asked. In the original each of these came back as a success, or could not be asked
//! again.

use proptest::prelude::*;
use zyn::Repair;
use zyn::prelude::*;
use zyn::sentiment::Polarity;
use zyn::testing::Scripted;

use crate::ask::{JUDGED, Mood, ada, fields, is_asked_again, model, sent};

#[tokio::test]
async fn a_label_that_is_not_in_the_set_is_asked_for_again() {
    let mood = zyn::classify::<Mood>("What is the mood?");
    let bad = r#"{"label":"banana"}"#;
    let good = r#"{"label":"Calm"}"#;
    assert_eq!(
        is_asked_again(&mood, "Fine.", bad, "/label", good).await,
        Mood::Calm
    );
}

#[tokio::test]
async fn a_ranking_that_is_no_permutation_is_asked_for_again() {
    let rank = zyn::rank("by length");
    let good = r#"{"ranked":[3,1,2]}"#;
    let bad = [
        (r#"{"ranked":[1,2]}"#, "/ranked"),
        (r#"{"ranked":[1,2,2]}"#, "/ranked"),
        (r#"{"ranked":[1,2,3,1]}"#, "/ranked"),
        (r#"{"ranked":[]}"#, "/ranked"),
        (r#"{"ranked":[0,1,2]}"#, "/ranked/0"),
        (r#"{"ranked":[1,2,4]}"#, "/ranked/2"),
        (r#"{"ranked":["a","bb","ccc"]}"#, "/ranked/0"),
        (r#"{}"#, "/ranked"),
    ];
    for (bad, path) in bad {
        let items = is_asked_again(&rank, ["bb", "a", "ccc"], bad, path, good).await;
        assert_eq!(items, ["ccc", "bb", "a"]);
    }
}

#[tokio::test]
async fn more_or_fewer_than_the_top_are_asked_for_again() {
    let rank = zyn::rank("by length").top(2);
    for bad in [
        r#"{"ranked":[3]}"#,
        r#"{"ranked":[3,1,2]}"#,
        r#"{"ranked":[3,3]}"#,
    ] {
        let good = r#"{"ranked":[3,1]}"#;
        let items = is_asked_again(&rank, ["bb", "a", "ccc"], bad, "/ranked", good).await;
        assert_eq!(items, ["ccc", "bb"]);
    }
}

#[tokio::test]
async fn scores_that_are_no_parts_of_a_whole_are_asked_for_again() {
    let sentiment = zyn::sentiment("the tone");
    let bad = [
        (
            r#"{"overall":"mixed","scores":{"positive":0.5,"negative":0.2,"neutral":0.2},"emotions":[]}"#,
            "/scores",
        ),
        (
            r#"{"overall":"mixed","scores":{"positive":0,"negative":0,"neutral":0},"emotions":[]}"#,
            "/scores",
        ),
        (
            r#"{"overall":"mixed","scores":{"positive":1.2,"negative":-0.2,"neutral":0},"emotions":[]}"#,
            "/scores/positive",
        ),
        (
            r#"{"overall":"mixed","scores":{"pos":1,"neg":0,"neutral":0},"emotions":[]}"#,
            "/scores/positive",
        ),
        (
            r#"{"overall":"banana","scores":{"positive":1,"negative":0,"neutral":0},"emotions":[]}"#,
            "/overall",
        ),
    ];
    for (bad, path) in bad {
        let judged = is_asked_again(&sentiment, "So so.", bad, path, JUDGED).await;
        // 0.95 in all is near enough
        assert_eq!(judged.overall, Polarity::Mixed);
    }
}

#[tokio::test]
async fn each_aspect_is_judged_once_and_no_other() {
    let with = |aspects: &str| JUDGED.replace(r#"["joy"]"#, &format!(r#"["joy"]{aspects}"#));
    let sentiment = zyn::sentiment("the tone").aspects(["food", "a/b"]);
    let good = with(r#","aspects":{"a/b":"neutral","food":"positive"}"#);
    let bad = [
        (String::new(), "/aspects"),
        (
            r#","aspects":{"food":"positive"}"#.to_owned(),
            "/aspects/a~1b",
        ),
        (
            r#","aspects":{"food":"good","a/b":"neutral"}"#.to_owned(),
            "/aspects/food",
        ),
        (
            r#","aspects":{"food":"positive","a/b":"neutral","price":"mixed"}"#.to_owned(),
            "/aspects/price",
        ),
    ];
    for (aspects, path) in bad {
        let judged = is_asked_again(&sentiment, "So so.", &with(&aspects), path, &good).await;
        let judged = judged.aspects.iter().map(|it| (&*it.aspect, it.polarity));
        let wanted = [("food", Polarity::Positive), ("a/b", Polarity::Neutral)];
        assert!(
            judged.eq(wanted),
            "in the order in which they were asked for"
        );
    }
    let unasked = with(r#","aspects":{"food":"positive"}"#);
    let plain = zyn::sentiment("the tone");
    let judged = is_asked_again(&plain, "So so.", &unasked, "/aspects", JUDGED).await;
    assert!(judged.aspects.is_empty());
}

#[tokio::test]
async fn a_text_that_is_too_long_is_asked_for_again() {
    let subject = zyn::transform("Write a subject").max_chars(4);
    assert_eq!(
        is_asked_again(&subject, "x", "ééééé", "", " éééé ").await,
        "éééé",
        "characters are counted, not bytes"
    );
}

#[tokio::test]
async fn a_blank_analysis_is_asked_for_again() {
    let analyze = zyn::analyze::<crate::ask::Person>("Who is it?");
    let good = r#"{"text":"Ada.","findings":[]}"#;
    let bad = [
        (r#"{"text":" ","findings":[]}"#, "/text"),
        (r#"{"text":"Ada.","findings":["x",""]}"#, "/findings/1"),
        (r#"{"text":"Ada."}"#, "/findings"),
    ];
    for (bad, path) in bad {
        let analysis = is_asked_again(&analyze, &ada(), bad, path, good).await;
        assert_eq!(analysis.to_string(), "Ada.");
    }
}

#[tokio::test]
async fn what_is_missing_or_null_is_no_answer() {
    let question = zyn::binary("Is it late?").reasoning();
    let good = r#"{"reasoning":"r","answer":true}"#;
    for bad in [
        r#"{"reasoning":"r"}"#,
        r#"{"reasoning":"r","answer":null}"#,
        r#"{"reasoning":"r","answer":"yes"}"#,
    ] {
        assert!(is_asked_again(&question, "x", bad, "/answer", good).await);
    }
    let person = zyn::extract::<crate::ask::Person>("The person");
    let good = r#"{"name":"Ada","email":null}"#;
    assert_eq!(
        is_asked_again(&person, "x", "{}", "/name", good).await,
        ada()
    );
}

#[tokio::test]
async fn null_is_allowed_exactly_where_the_type_has_an_option() {
    let convert = zyn::convert::<Nobody, crate::ask::Person>("Name it");
    let request = sent(&convert, &Nobody, r#"{"name":"Ada","email":null}"#).await;
    let schema: serde_json::Value =
        serde_json::from_str(&request.schema.as_ref().unwrap().json).unwrap();
    assert!(schema["properties"]["name"]["type"] == "string");
    assert!(schema["properties"]["email"].to_string().contains("null"));
    let bad = r#"{"name":null,"email":null}"#;
    let good = r#"{"name":"Ada","email":"a@b.c"}"#;
    is_asked_again(&convert, &Nobody, bad, "/name", good).await;
}

#[derive(Clone, Serialize)]
struct Nobody;

#[tokio::test]
async fn an_answer_in_a_fence_with_words_around_it_is_read() {
    let (llm, _) = model(["Here you are:\n```json\n{\"answer\": false}\n```\nDone."]);
    let question = zyn::binary("Is it late?");
    let answer = question.fire_detailed(&llm, &mut Session::new(), "x").await;
    let answer = answer.unwrap();
    assert!(!answer.value);
    assert!(answer.repairs.contains(&Repair::Fenced), "{answer:?}");
}

#[tokio::test]
async fn every_part_of_a_sentiment_is_described_to_the_model() {
    let request = sent(&zyn::sentiment("the tone"), "x", JUDGED).await;
    assert_eq!(fields(&request), ["overall", "scores", "emotions"]);
    let schema: serde_json::Value =
        serde_json::from_str(&request.schema.as_ref().unwrap().json).unwrap();
    let scores = schema["properties"]["scores"]["properties"]
        .as_object()
        .unwrap();
    assert!(scores.keys().eq(["positive", "negative", "neutral"]));
}

#[tokio::test]
async fn equal_items_keep_their_places_and_an_item_is_never_read_as_another() {
    let items = [
        "same",
        "item 1:\n```\nsame\n```",
        "same",
        "\n\nitem 9:\n````\nx",
    ];
    let (llm, recording) = model([r#"{"ranked":[4,2,3,1]}"#]);
    let mut session = Session::new();
    let ranked = zyn::rank("by oddity")
        .fire(&llm, &mut session, &items)
        .await;
    assert_eq!(ranked.unwrap(), [items[3], items[1], items[2], items[0]]);
    let text = session.at(0).unwrap().text().to_owned();
    for (item, number) in items.iter().zip(1..) {
        // a fence of its own, longer than any in the item
        let runs = item.split(|c| c != '`').map(str::len);
        let fence = "`".repeat(3.max(runs.max().unwrap() + 1));
        let block = format!("\n\nitem {number}:\n{fence}\n{item}\n{fence}");
        assert!(text.contains(&block), "{text}");
    }
    assert_eq!(recording.requests()[0].prompt.blocks().len(), items.len());
}

/// Numbers that may be an order of `items`, and often are not.
fn answers(items: usize) -> impl Strategy<Value = Vec<u64>> {
    let any = prop::collection::vec(0..items as u64 + 3, 0..items + 2);
    let order = Just((1..=items as u64).collect::<Vec<_>>()).prop_shuffle();
    prop_oneof![
        any,
        order.clone(),
        (order, 0..items + 1).prop_map(|(mut order, keep)| {
            order.truncate(keep);
            order
        })
    ]
}

fn items() -> impl Strategy<Value = (Vec<String>, Vec<u64>, Option<usize>)> {
    let text = prop_oneof![
        "[`\n:0-9 ]{0,20}",
        "(item [0-9]:\n```\n){0,3}",
        any::<String>()
    ];
    let text = text.prop_filter("an item is not blank", |text| !text.trim().is_empty());
    prop::collection::vec(text, 1..7).prop_flat_map(|items| {
        let count = items.len();
        (Just(items), answers(count), prop::option::of(1..count + 2))
    })
}

proptest! {
    #[test]
    fn a_ranking_is_a_permutation_or_refused((items, numbers, top) in items()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let wanted = top.unwrap_or(items.len()).min(items.len());
        let mut distinct = numbers.clone();
        distinct.sort();
        distinct.dedup();
        let valid = numbers.len() == wanted
            && distinct.len() == wanted
            && numbers.iter().all(|it| (1..=items.len() as u64).contains(it));

        let mut rank = zyn::rank("by oddity").reask(0);
        if let Some(top) = top {
            rank = rank.top(top);
        }
        let llm = Llm::new(Scripted::new([format!(r#"{{"ranked":{numbers:?}}}"#)]));
        let mut session = Session::new();
        let ranked = runtime.block_on(rank.fire(&llm, &mut session, &items));
        prop_assert_eq!(ranked.is_ok(), valid);
        prop_assert_eq!(session.len(), if valid { 2 } else { 0 });
        if let Ok(ranked) = ranked {
            let expected: Vec<&String> = numbers.iter().map(|it| &items[*it as usize - 1]).collect();
            prop_assert!(ranked.iter().eq(expected));
            let blocks = session.at(0).unwrap().blocks();
            let texts = blocks.iter().map(|block| &block.text);
            prop_assert!(texts.eq(&items), "each item stands under its own number");
        }
    }
}
