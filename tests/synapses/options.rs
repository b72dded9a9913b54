//! What every verb can be told, and what cannot be told to any.

use std::fmt::Debug;

use zyn::prelude::*;
use zyn::{Confidence, Conversation, ErrorKind, Input, Labels, Mode, Synapse};

use zyn::refusal::OptionProblem;

use crate::ask::{JUDGED, Mood, Person, ada, blocks, fields, model, refused, sent};

/// What `synapse` asks for with reasoning and confidence, and that these are in the answer and not in the session.
async fn beside<T: Debug + 'static, I: Clone + Send + 'static>(
    synapse: Synapse<T, I>,
    input: impl Input<I> + Clone,
    own: &str,
    wanted: &[&str],
) {
    let reply = format!(r#"{{"reasoning":"SECRET",{own},"confidence":0.75}}"#);
    let synapse = synapse.reasoning().confidence(0.75);
    let (llm, recording) = model([&reply]);
    let mut session = Session::new();
    let answer = synapse
        .fire_detailed(&llm, &mut session, input.clone())
        .await;
    let answer = answer.unwrap_or_else(|error| panic!("{reply}: {error:#?}"));
    assert_eq!(fields(&recording.requests()[0]), wanted);
    assert_eq!(answer.reasoning.as_deref(), Some("SECRET"));
    assert_eq!(answer.confidence, Confidence::SelfReported(0.75));
    let stored = serde_json::to_string(&session).unwrap();
    assert!(
        !stored.contains("SECRET") && !stored.contains("0.75"),
        "{stored}"
    );

    for (said, path) in [
        ("0.7", None),
        ("1.5", Some("/confidence")),
        ("null", Some("/confidence")),
    ] {
        let reply = reply.replace("0.75", said);
        let (llm, _) = model([&reply, &reply, &reply]);
        let mut session = Session::new();
        let error = synapse
            .fire(&llm, &mut session, input.clone())
            .await
            .unwrap_err();
        match (error.kind(), path) {
            (
                ErrorKind::LowConfidence {
                    threshold,
                    reported,
                    reply: whole,
                    ..
                },
                None,
            ) => {
                assert_eq!(whole.text(), reply);
                assert!(!format!("{error} {error:#?}").contains("SECRET"));
                assert_eq!((*threshold, *reported, error.attempts()), (0.75, 0.7, 1));
                let spend = llm.spend();
                assert_eq!((error.usage(), error.usage()), (spend.usage, spend.failed));
            }
            (ErrorKind::Invalid { violations, .. }, Some(path)) => {
                assert_eq!((&*violations[0].path, error.attempts()), (path, 3));
            }
            _ => panic!("{said}: {error:#?}"),
        }
        assert!(session.is_empty());
    }
}

#[tokio::test]
async fn reasoning_comes_before_every_verb_s_answer_and_confidence_after_it() {
    let own = r#""answer":true"#;
    let wanted = ["reasoning", "answer", "confidence"];
    beside(zyn::binary("Is it?"), "x", own, &wanted).await;
    let own = r#""label":"Calm""#;
    let wanted = ["reasoning", "label", "confidence"];
    beside(zyn::classify::<Mood>("Which?"), "x", own, &wanted).await;
    let own = r#""ranked":[2,1]"#;
    let wanted = ["reasoning", "ranked", "confidence"];
    beside(zyn::rank("by length"), ["a", "bb"], own, &wanted).await;
    let own = JUDGED.trim_matches(['{', '}']).to_owned();
    let own = own
        .replace(r#""neutral":0"#, r#""neutral":0}"#)
        .replace("}}", "}");
    let wanted = ["reasoning", "overall", "scores", "emotions", "confidence"];
    beside(zyn::sentiment("the tone"), "x", &own, &wanted).await;
    let own = r#""text":"Dear Ada""#;
    let wanted = ["reasoning", "text", "confidence"];
    beside(zyn::transform("Greet"), "x", own, &wanted).await;
    let own = r#""text":"Ada.","findings":[]"#;
    let wanted = ["reasoning", "text", "findings", "confidence"];
    beside(zyn::analyze::<Person>("Who?"), &ada(), own, &wanted).await;
    let own = r#""value":{"name":"Ada","email":null}"#;
    let wanted = ["reasoning", "value", "confidence"];
    beside(zyn::extract::<Person>("The person"), "x", own, &wanted).await;
    beside(zyn::convert::<Person, Person>("Copy"), &ada(), own, &wanted).await;
    beside(zyn::extract::<u8>("A number"), "x", r#""value":3"#, &wanted).await;
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[tokio::test]
async fn a_type_that_contains_itself_can_have_reasoning_beside_it() {
    let tree = zyn::extract::<Tree>("The tree").reasoning();
    let reply = r#"{"reasoning":"r","value":{"name":"a","children":[{"name":"b","children":[]}]}}"#;
    let (llm, _) = model([reply]);
    let mut session = Session::new();
    let tree = tree.fire(&llm, &mut session, "x").await.unwrap();
    assert_eq!(tree.children[0].name, "b");
    let stored = r#"{"name":"a","children":[{"name":"b","children":[]}]}"#;
    assert_eq!(session.at(1).unwrap().text(), stored);
}

#[tokio::test]
async fn what_is_wrong_in_a_document_is_told_where_the_model_wrote_it() {
    let person = zyn::extract::<Person>("The person")
        .reasoning()
        .validate(|person| match &*person.name {
            "Ada" => Ok(()),
            _ => Err("not Ada"),
        });
    let bad = r#"{"reasoning":"r","value":{"name":"Bob","email":null}}"#;
    let good = r#"{"reasoning":"r","value":{"name":"Ada","email":null}}"#;
    let person = crate::ask::is_asked_again(&person, "x", bad, "/value", good).await;
    assert_eq!(person, ada());
}

#[tokio::test]
async fn without_confidence_none_is_asked_for_and_none_compared() {
    let (llm, recording) = model([r#"{"answer":true}"#]);
    let question = zyn::binary("Is it?");
    let answer = question.fire_detailed(&llm, &mut Session::new(), "x").await;
    assert_eq!(answer.unwrap().confidence, Confidence::NotScored);
    assert_eq!(fields(&recording.requests()[0]), ["answer"]);
}

#[tokio::test]
async fn a_text_with_reasoning_is_asked_for_as_json_and_kept_as_text() {
    let (llm, _) = model([
        r#"{"reasoning":"r","text":" "}"#,
        r#"{"reasoning":"r","text":"Hi"}"#,
    ]);
    let mut session = Session::new();
    let greet = zyn::transform("Greet").reasoning();
    let answer = greet.fire_detailed(&llm, &mut session, "x").await.unwrap();
    assert_eq!((answer.mode, answer.attempts), (Mode::Native, 2));
    assert_eq!(session.at(1).unwrap().text(), "Hi");
}

#[tokio::test]
async fn context_and_examples_stand_before_the_input_in_their_order() {
    let mood = zyn::classify::<Mood>("Which?")
        .context("A shop.")
        .examples([("Hooray", Mood::Happy), ("Grr\nanswer: Happy", Mood::Angry)]);
    let request = sent(&mood, "Fine.", r#"{"label":"Calm"}"#).await;
    let wanted = [
        ("context", "A shop."),
        ("example 1 input", "Hooray"),
        ("example 1 answer", r#"{"label":"Happy"}"#),
        ("example 2 input", "Grr\nanswer: Happy"),
        ("example 2 answer", r#"{"label":"Angry"}"#),
        ("input", "Fine."),
    ];
    assert!(
        blocks(&request)
            .iter()
            .map(|(n, t)| (&**n, &**t))
            .eq(wanted)
    );
}

#[tokio::test]
async fn what_is_the_same_in_every_call_comes_before_the_input() {
    let mood = zyn::classify::<Mood>("Which?")
        .criteria(["irony"])
        .context("A shop.")
        .examples([("Hooray", Mood::Happy)]);
    let answer = r#"{"label":"Calm"}"#;
    let text = async |input: &str| sent(&mood, input, answer).await.prompt.text().to_owned();
    let (left, right) = (text("left").await, text("right").await);
    let shared = left.bytes().zip(right.bytes());
    let shared = shared.take_while(|(left, right)| left == right).count();
    let shared = &left[..shared];
    assert!(shared.ends_with("input:\n```\n"), "{left}");
    for same in ["irony", "A shop.", "Hooray", r#"{"label":"Happy"}"#] {
        assert!(shared.contains(same), "{same}: {left}");
    }
}

#[tokio::test]
async fn an_option_that_no_answer_can_meet_is_refused_before_anything_is_sent() {
    let cases = [
        (refused(&zyn::rank("by length").top(0), ["a"]).await, "top"),
        (
            refused(&zyn::transform("x").max_chars(0), "x").await,
            "max_chars",
        ),
        (
            refused(&zyn::binary("x").confidence(1.1), "x").await,
            "confidence",
        ),
        (
            refused(&zyn::binary("x").confidence(f64::NAN), "x").await,
            "confidence",
        ),
        (
            refused(&zyn::sentiment("x").aspects(["a", "a"]), "x").await,
            "aspects",
        ),
        (
            refused(&zyn::sentiment("x").aspects([" "]), "x").await,
            "aspects",
        ),
        (
            refused(&zyn::sentiment("x").aspects(["Food ", "food"]), "x").await,
            "aspects",
        ),
        (
            refused(&zyn::sentiment("x").aspects(["a\n- b"]), "x").await,
            "aspects",
        ),
    ];
    for (kind, wanted) in cases {
        assert!(
            matches!(kind, ErrorKind::BadOption { option, .. } if option == wanted),
            "{wanted}: {kind}"
        );
    }
}

/// Where the type of the answer cannot tell the verbs apart; elsewhere it is a compile error.
#[tokio::test]
async fn an_option_of_another_verb_is_refused_before_anything_is_sent() {
    let word = || zyn::extract::<String>("x");
    let among = zyn::classify_among("x", Labels::new(["a", "b"]));
    let cases = [
        (refused(&word().max_chars(9), "x").await, "max_chars"),
        (refused(&word().style("dry"), "x").await, "style"),
        (refused(&among.style("dry"), "x").await, "style"),
        (refused(&word().runner_up(), "x").await, "runner_up"),
        (
            refused(&zyn::transform("x").runner_up(), "x").await,
            "runner_up",
        ),
    ];
    for (kind, wanted) in cases {
        assert!(
            matches!(kind, ErrorKind::Misplaced { option, .. } if option == wanted),
            "{wanted}: {kind}"
        );
    }
}

#[tokio::test]
async fn more_than_there_are_is_all_of_them() {
    let (llm, _) = model([r#"{"ranked":[2,1]}"#]);
    let rank = zyn::rank("by length").top(9);
    let items = rank.fire(&llm, &mut Session::new(), ["a", "bb"]).await;
    assert_eq!(items.unwrap(), ["bb", "a"]);
}

#[tokio::test]
async fn background_and_examples_alone_are_nothing_to_work_on() {
    let question = zyn::binary("Is it?")
        .context("A shop.")
        .examples([("a", true)]);
    let kind = refused(&question, Conversation).await;
    assert!(matches!(kind, ErrorKind::EmptyConversation), "{kind}");
}

#[tokio::test]
async fn criteria_of_several_lines_stay_one_each_and_blank_ones_are_none() {
    let question = zyn::binary("Is it?").criteria(["one\n- two", " ", "three"]);
    let request = sent(&question, "x", r#"{"answer":true}"#).await;
    let wanted = "Is it?\nConsider:\n- one\n  - two\n- three";
    assert_eq!(request.prompt.instruction(), Some(wanted));
}

#[tokio::test]
async fn what_an_option_was_given_is_in_its_error_as_values() {
    let kind = refused(&zyn::binary("x").confidence(1.5), "x").await;
    let ErrorKind::BadOption { problem, .. } = &kind else {
        panic!("{kind}");
    };
    let wanted = OptionProblem::OutOfRange {
        given: 1.5,
        least: 0.0,
        most: 1.0,
    };
    assert_eq!(*problem, wanted);
    let told = "`.confidence(…)` takes 0 to 1 and was given 1.5; change it or leave it out";
    assert_eq!(kind.to_string(), told);
    let kind = refused(&zyn::sentiment("x").aspects(["a", "b", "A"]), "x").await;
    assert!(
        matches!(&kind, ErrorKind::BadOption { problem: OptionProblem::Alike { first, second }, .. }
            if first == "a" && second == "A"),
        "{kind:?}"
    );
}
