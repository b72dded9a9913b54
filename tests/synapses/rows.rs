//! The rows of the original's table, in its order. All in one file, so that the order can be seen.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use zyn::prelude::*;
use zyn::sentiment::Polarity;
use zyn::testing::Scripted;
use zyn::{Analysis, ErrorKind, Labels, Message, Request, Response, Usage};
use zyn::{BoxFuture, Engine, Error, StepCall, StepFn, StepRecord};

use crate::ask::{JUDGED, Mood, Person, ada, blocks, fields, is_asked_again, model, refused, sent};

const YES: &str = r#"{"answer":true}"#;
const ADA: &str = r#"{"name":"Ada","email":null}"#;

#[tokio::test]
async fn y01_every_verb_takes_what_the_original_s_input_took() {
    let told = |request: &Request| request.prompt.instruction().unwrap().to_owned();
    let names = |request: &Request| -> Vec<String> {
        blocks(request).into_iter().map(|(name, _)| name).collect()
    };
    let with_one_example = ["context", "example 1 input", "example 1 answer", "input"];

    let binary = zyn::binary("Q")
        .context("C")
        .criteria(["K"])
        .temperature(0.1);
    let request = sent(&binary.examples([("a", true)]), "x", YES).await;
    assert_eq!(told(&request), "Q\nConsider:\n- K");
    assert_eq!(names(&request), with_one_example);
    assert_eq!(request.temperature, Some(0.1));

    let classify = zyn::classify::<Mood>("Q")
        .context("C")
        .examples([("a", Mood::Calm)]);
    let request = sent(&classify, "x", r#"{"label":"Calm"}"#).await;
    assert_eq!(names(&request), with_one_example);

    let rank = zyn::rank("Q").context("C").top(1);
    let request = sent(&rank, ["a", "b"], r#"{"ranked":[2]}"#).await;
    assert_eq!(names(&request), ["context", "item 1", "item 2"]);

    let tone = zyn::sentiment("Q").context("C").aspects(["food"]);
    let answer = JUDGED.replace(r#"["joy"]"#, r#"["joy"],"aspects":{"food":"mixed"}"#);
    let request = sent(&tone, "x", &answer).await;
    assert_eq!(names(&request), ["context", "input"]);
    assert_eq!(fields(&request).last().unwrap(), "aspects");

    let extract = zyn::extract::<Person>("Q")
        .context("C")
        .examples([("a", ada())]);
    assert_eq!(names(&sent(&extract, "x", ADA).await), with_one_example);

    let transform = zyn::transform("Q").context("C").style("S").max_chars(9);
    let request = sent(&transform, "x", "Hi").await;
    assert_eq!(told(&request), "Q\nStyle: S\nLength: at most 9 characters");

    let analyze = zyn::analyze::<Person>("Q").context("C").focus("F");
    let request = sent(&analyze, &ada(), r#"{"text":"T","findings":[]}"#).await;
    assert_eq!(told(&request), "Q\nFocus: F");

    let convert = zyn::convert::<Person, Person>("Q")
        .context("C")
        .rules(["R"]);
    let request = sent(&convert, &ada(), ADA).await;
    assert_eq!(told(&request), "Q\nRules:\n- R");
    assert_eq!(names(&request), ["context", "input"]);
}

#[tokio::test]
async fn y02_every_verb_fires_in_the_same_two_ways() {
    macro_rules! both {
        ($synapse:expr, $input:expr, $answer:expr, $value:expr) => {{
            let (llm, _) = model([$answer, $answer]);
            let mut session = Session::new();
            let plain = $synapse.fire(&llm, &mut session, $input).await.unwrap();
            let detailed = $synapse
                .fire_detailed(&llm, &mut session, $input)
                .await
                .unwrap();
            assert_eq!(plain, $value);
            assert_eq!(detailed.value, $value);
            assert_eq!((detailed.attempts, session.len()), (1, 4));
        }};
    }
    both!(zyn::binary("Q"), "x", YES, true);
    both!(
        zyn::classify::<Mood>("Q"),
        "x",
        r#"{"label":"Calm"}"#,
        Mood::Calm
    );
    let labels = || Labels::new(["a", "b"]);
    both!(
        zyn::classify_among("Q", labels()),
        "x",
        r#"{"label":"b"}"#,
        "b"
    );
    both!(
        zyn::rank("Q"),
        ["a", "b"],
        r#"{"ranked":[2,1]}"#,
        ["b", "a"]
    );
    both!(
        zyn::sentiment("Q"),
        "x",
        JUDGED,
        serde_json::from_str(JUDGED).unwrap()
    );
    both!(zyn::extract::<Person>("Q"), "x", ADA, ada());
    both!(zyn::transform("Q"), "x", "Hi", "Hi");
    let analysis = r#"{"text":"T","findings":["F"]}"#;
    both!(
        zyn::analyze::<Person>("Q"),
        &ada(),
        analysis,
        Analysis::new("T", ["F"])
    );
    both!(zyn::convert::<Person, Person>("Q"), &ada(), ADA, ada());
}

#[tokio::test]
async fn y03_lists_grow_and_all_else_is_replaced() {
    let defaults = zyn::binary("Q")
        .context("default")
        .criteria(["default"])
        .examples([("default", true)])
        .temperature(0.1);
    let call = defaults
        .context("call")
        .criteria(["call"])
        .examples([("call", false)])
        .temperature(0.0);
    let request = sent(&call, "x", YES).await;
    let wanted = "Q\nConsider:\n- default\n- call";
    assert_eq!(request.prompt.instruction(), Some(wanted));
    let texts: Vec<String> = blocks(&request).into_iter().map(|it| it.1).collect();
    assert_eq!(texts[..2], ["call", "default"]);
    assert_eq!(texts[3], "call");
    // the original could not set a temperature of zero, or take a context away
    assert_eq!(request.temperature, Some(0.0));
    let without = call.context("");
    assert_eq!(blocks(&sent(&without, "x", YES).await).len(), 5);

    let rank = zyn::rank("Q").top(2).top(1);
    sent(&rank, ["a", "b"], r#"{"ranked":[2]}"#).await;
    let short = zyn::transform("Q")
        .max_chars(1)
        .max_chars(5)
        .style("a")
        .style("b");
    let request = sent(&short, "x", "hello").await;
    let wanted = "Q\nStyle: b\nLength: at most 5 characters";
    assert_eq!(request.prompt.instruction(), Some(wanted));
}

#[tokio::test]
async fn y04_every_verb_has_defaults_and_they_stay_as_they_are() {
    macro_rules! unchanged {
        ($synapse:expr, $input:expr, $answer:expr) => {{
            let defaults = $synapse;
            let before = sent(&defaults, $input, $answer).await;
            let call = defaults.clone().context("C").criteria(["K"]);
            let more = sent(&call, $input, $answer).await;
            let after = sent(&defaults, $input, $answer).await;
            assert_ne!(before.prompt, more.prompt);
            assert_eq!(before.prompt, after.prompt);
        }};
    }
    unchanged!(zyn::binary("Q"), "x", YES);
    unchanged!(zyn::classify::<Mood>("Q"), "x", r#"{"label":"Calm"}"#);
    unchanged!(zyn::rank("Q"), ["a"], r#"{"ranked":[1]}"#);
    unchanged!(zyn::sentiment("Q"), "x", JUDGED);
    unchanged!(zyn::extract::<Person>("Q"), "x", ADA);
    unchanged!(zyn::transform("Q"), "x", "Hi");
    unchanged!(
        zyn::analyze::<Person>("Q"),
        &ada(),
        r#"{"text":"T","findings":[]}"#
    );
    unchanged!(zyn::convert::<Person, Person>("Q"), &ada(), ADA);
}

#[tokio::test]
async fn y05_an_example_of_one_call_is_in_that_call_alone() {
    let defaults = zyn::binary("Q");
    let call = defaults.clone().examples([("only here", true)]);
    assert_eq!(blocks(&sent(&call, "x", YES).await).len(), 3);
    assert_eq!(blocks(&sent(&defaults, "x", YES).await).len(), 1);
}

#[tokio::test]
async fn y06_an_example_of_several_lines_is_one_example() {
    let text = "{\n  \"name\": \"Ada\"\n}";
    let person = zyn::extract::<Person>("Q").examples([(text, ada())]);
    let blocks = blocks(&sent(&person, "x", ADA).await);
    assert_eq!(blocks[0], ("example 1 input".to_owned(), text.to_owned()));
    assert_eq!(blocks[1].1, ADA);
    // empty examples leave no heading behind
    let none = zyn::binary("Q").examples([] as [(&str, bool); 0]);
    assert_eq!(sent(&none, "x", YES).await.prompt.blocks().len(), 1);
}

#[tokio::test]
async fn y07_data_is_compact_json_as_it_is_or_an_error() {
    let person = Person {
        name: "<b> & \"Ada\"".to_owned(),
        email: None,
    };
    let convert = zyn::convert::<Person, Person>("Q");
    let input = r#"{"name":"<b> & \"Ada\"","email":null}"#;
    let request = sent(&convert, &person, ADA).await;
    assert_eq!(blocks(&request), [("input".to_owned(), input.to_owned())]);

    let refuses = Refuses {
        value: "canary".to_owned(),
    };
    let llm = model([]).0;
    let mut session = Session::new();
    let analyze = zyn::analyze::<Refuses>("Q");
    let errors = [
        analyze
            .fire(&llm, &mut session, &refuses)
            .await
            .unwrap_err(),
        zyn::binary("Q")
            .fire(&llm, &mut session, &refuses)
            .await
            .unwrap_err(),
        zyn::rank("Q")
            .fire(&llm, &mut session, [refuses.clone()])
            .await
            .unwrap_err(),
        zyn::transform("Q")
            .fire(&llm, &mut session, vec![Some(&refuses)])
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let ErrorKind::InputNotJson { type_name, problem } = error.kind() else {
            panic!("{error}");
        };
        assert!(type_name.contains("Refuses"), "{type_name}");
        assert_eq!(problem.text(), "the value is canary", "it can be asked for");
        assert_shows_no_canary(&error);
    }
    let errors = [
        instructed("canary").run(&llm, &mut session).await,
        asked("canary").run(&llm, &mut session).await,
        noted("canary").run(&llm, &mut session).await,
    ];
    for error in errors.map(Result::unwrap_err) {
        assert!(matches!(error.kind(), ErrorKind::HoleNotJson { hole, .. } if hole == "{refuses}"));
        assert_shows_no_canary(&error);
    }
    assert_eq!((llm.spend().attempts, session.len()), (0, 0));
}

fn assert_shows_no_canary(error: &zyn::Error) {
    let mut shown = format!(
        "{error} {error:?} {error:#?} {:?} {:#?}",
        error.kind(),
        error.kind()
    );
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown.push_str(&format!("{cause} {cause:?} {cause:#?}"));
        source = cause.source();
    }
    assert!(!shown.contains("canary"), "{shown}");
}

/// A type whose `Serialize` fails, and quotes its value.
#[derive(Debug, Clone, Deserialize, JsonSchema, Extract)]
struct Refuses {
    value: String,
}

impl Serialize for Refuses {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        let problem = format!("the value is {}", self.value);
        Err(serde::ser::Error::custom(problem))
    }
}

workflow!(
    async fn instructed(value: &str) -> String {
        let refuses = Refuses {
            value: value.to_owned(),
        };
        let greeting = transform("Greet {refuses}", "x");
        greeting
    }

    async fn asked(value: &str) -> String {
        let refuses = Refuses {
            value: value.to_owned(),
        };
        let greeting = transform("Greet", "This is {refuses}.");
        greeting
    }

    async fn noted(value: &str) -> String {
        let refuses = Refuses {
            value: value.to_owned(),
        };
        user("I am {refuses}.");
        let greeting = transform("Greet");
        greeting
    }
);

#[tokio::test]
async fn y08_a_polarity_is_one_of_four_everywhere() {
    let tone = zyn::sentiment("Q").aspects(["food"]);
    let good = JUDGED.replace(r#"["joy"]"#, r#"["joy"],"aspects":{"food":"negative"}"#);
    for (word, bad) in [
        ("POS", "/overall"),
        ("mixed up", "/overall"),
        ("meh", "/overall"),
    ] {
        let answer = good.replace(r#""overall":"mixed""#, &format!(r#""overall":"{word}""#));
        is_asked_again(&tone, "x", &answer, bad, &good).await;
    }
    let answer = good.replace(r#""food":"negative""#, r#""food":"neg""#);
    let judged = is_asked_again(&tone, "x", &answer, "/aspects/food", &good).await;
    assert_eq!(judged.aspects[0].polarity, Polarity::Negative);
}

#[tokio::test]
async fn y09_reasoning_is_asked_for_if_it_is_wanted_and_then_first() {
    let plain = sent(&zyn::rank("Q"), ["a"], r#"{"ranked":[1]}"#).await;
    assert_eq!(fields(&plain), ["ranked"]);
    let answer = r#"{"reasoning":"r","ranked":[1]}"#;
    let reasoned = sent(&zyn::rank("Q").reasoning(), ["a"], answer).await;
    assert_eq!(fields(&reasoned), ["reasoning", "ranked"]);
    let schema = &reasoned.schema.as_ref().unwrap().json;
    assert!(schema.contains("How you come to the answer"), "{schema}");
}

#[tokio::test]
async fn y10_what_failed_is_a_kind_and_not_a_text() {
    let kind = async |answers: &[&str]| {
        let llm = Llm::new(Scripted::new(answers.iter().copied()));
        let question = zyn::binary("Q").reask(0).retry(0);
        let fired = question.fire(&llm, &mut Session::new(), "x").await;
        fired.unwrap_err().kind().clone()
    };
    assert!(matches!(
        kind(&["no JSON"]).await,
        ErrorKind::Malformed { .. }
    ));
    assert!(matches!(kind(&["{}"]).await, ErrorKind::Invalid { .. }));
    assert!(matches!(kind(&[]).await, ErrorKind::Config(_)));
    let blank = refused(&zyn::binary("Q"), " ").await;
    assert!(matches!(blank, ErrorKind::EmptyInput));
}

#[tokio::test]
async fn y11_a_failed_call_gives_no_value_and_leaves_no_trace() {
    let half =
        r#"{"overall":"positive","scores":{"positive":9,"negative":0,"neutral":0},"emotions":[]}"#;
    let (llm, _) = model([half]);
    let mut session = Session::new();
    session.append(Message::user("before"));
    let before = session.clone();
    let tone = zyn::sentiment("Q").reask(0);
    let failed = tone.fire_detailed(&llm, &mut session, "x").await;
    let error = failed.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { .. }));
    assert_eq!(session, before);
    assert_eq!(error.usage(), llm.spend().usage, "what was paid is known");
}

#[tokio::test]
async fn y12_a_blank_question_and_an_empty_list_are_refused_by_every_verb() {
    for blank in ["", " \n"] {
        let kinds = [
            refused(&zyn::binary(blank).criteria(["K"]), "x").await,
            refused(&zyn::classify::<Mood>(blank), "x").await,
            refused(&zyn::classify_among(blank, Labels::new(["a", "b"])), "x").await,
            refused(&zyn::rank(blank), ["a"]).await,
            refused(&zyn::sentiment(blank), "x").await,
            refused(&zyn::extract::<Person>(blank), "x").await,
            refused(&zyn::transform(blank).style("S"), "x").await,
            refused(&zyn::analyze::<Person>(blank), &ada()).await,
            refused(&zyn::convert::<Person, Person>(blank).rules(["R"]), &ada()).await,
        ];
        for kind in kinds {
            assert!(matches!(kind, ErrorKind::EmptyInstruction), "{kind}");
        }
    }
    let none: [&str; 0] = [];
    let kind = refused(&zyn::rank("Q"), none).await;
    assert!(matches!(kind, ErrorKind::EmptyInput), "{kind}");
    let kind = refused(&zyn::rank("Q"), ["a", " \n", "b"]).await;
    assert!(matches!(kind, ErrorKind::EmptyItem { number: 2 }), "{kind}");
    let kind = refused(&zyn::classify_among("Q", Labels::new(["a", "a"])), "x").await;
    assert!(matches!(kind, ErrorKind::Labels(_)), "{kind}");
}

/// A provider that adds to what it is sent: the session has what was asked.
#[tokio::test]
async fn y13_what_wraps_a_call_cannot_change_what_is_stored() {
    let shouting = Scripted::by(|request| {
        let mut changed = request.clone();
        changed.prompt = Message::user(request.prompt.text().to_uppercase());
        Ok(Response::new(changed.prompt.text(), Usage::new(1, 1)))
    });
    let mut session = Session::new();
    let greet = zyn::transform("Greet");
    let text = greet
        .fire(&Llm::new(shouting), &mut session, "ada")
        .await
        .unwrap();
    assert!(text.contains("ADA"));
    assert_eq!(session.at(0).unwrap().blocks()[0].text, "ada");

    // an engine that gives back another answer: what the step would not accept from a model, it does not from it
    let llm = Llm::new(Scripted::new(["Hello"]));
    let mut session = Session::new();
    let before = session.clone();
    let run = greet_shortly("ada").engine(Arc::new(Longer));
    let (outcome, report) = run.run_detailed(&llm, &mut session).await;
    let error = outcome.unwrap_err();
    let ErrorKind::Engine { problem } = error.kind() else {
        panic!("{error:?}");
    };
    assert!(problem.contains("at most 5 characters"), "{problem}");
    assert!(!problem.contains("canary"), "{problem}");
    assert!(report.steps[0].error.is_some());
    assert_eq!(session, before);
}

workflow!(
    async fn greet_shortly(name: &str) -> String {
        let text = transform("Greet", name).max_chars(5);
        text
    }
);

/// An engine that changes what came.
struct Longer;

impl Engine for Longer {
    fn step(&self, _: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>> {
        Box::pin(async move {
            let mut record = exec().await?;
            record.answer = "a canary".to_owned();
            record.turn[1] = Message::assistant("a canary");
            Ok(record)
        })
    }
}

#[test]
fn y14_a_panic_goes_on_up_and_leaves_the_session_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let falls = Llm::new(Scripted::by(|_| panic!("the provider falls")));
    let answers = Llm::new(Scripted::new([YES]));
    let question = zyn::binary("Q");
    let invalid = question
        .clone()
        .validate(|_| -> Result<(), &str> { panic!("the validator falls") });
    for (llm, question) in [(falls, question), (answers, invalid)] {
        let mut session = Session::new();
        session.append(Message::user("before"));
        let before = session.clone();
        let fire = AssertUnwindSafe(|| runtime.block_on(question.fire(&llm, &mut session, "x")));
        assert!(std::panic::catch_unwind(fire).is_err());
        assert_eq!(session, before);
    }
}
