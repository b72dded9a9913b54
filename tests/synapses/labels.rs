//! Sets of labels: written as enums, made when the program runs, and divided.

use serde_json::Value;
use zyn::prelude::*;
use zyn::refusal::LabelsError;
use zyn::testing::{Recording, Scripted};
use zyn::{ErrorKind, Labels, Profile, Provider, Request};

use crate::ask::{is_asked_again, model, refused, sent};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
#[serde(rename_all = "lowercase")]
enum Billing {
    /// Money back.
    Refund,
    Invoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Topic {
    /// About money.
    Billing(Billing),
    Outage,
    #[classify(unsure)]
    Other,
}

fn labels(request: &Request) -> (Vec<String>, String) {
    let schema: Value = serde_json::from_str(&request.schema.as_ref().unwrap().json).unwrap();
    let label = &schema["properties"]["label"];
    let names = label["enum"].as_array().unwrap();
    let names = names.iter().map(|it| it.as_str().unwrap().to_owned());
    (names.collect(), label["description"].to_string())
}

#[tokio::test]
async fn labels_within_labels_are_one_choice_of_paths() {
    let topic = zyn::classify::<Topic>("What is it about?");
    let request = sent(&topic, "x", r#"{"label":"Outage"}"#).await;
    let (names, about) = labels(&request);
    assert_eq!(
        names,
        ["Billing/refund", "Billing/invoice", "Outage", "Other"]
    );
    assert!(
        about.contains(r#"\"Billing/refund\": About money. Money back."#),
        "{about}"
    );

    let good = r#"{"label":"Billing/refund"}"#;
    for bad in [
        r#"{"label":"Billing"}"#,
        r#"{"label":"refund"}"#,
        r#"{"label":"Billing/Other"}"#,
    ] {
        let value = is_asked_again(&topic, "x", bad, "/label", good).await;
        assert_eq!(value, Topic::Billing(Billing::Refund));
    }
}

#[test]
fn a_label_within_another_reads_back_from_its_name() {
    let all = [
        Topic::Billing(Billing::Refund),
        Topic::Billing(Billing::Invoice),
        Topic::Outage,
        Topic::Other,
    ];
    for topic in all {
        assert_eq!(Topic::from_label(&topic.label()), Some(topic));
        assert_eq!(topic.to_prompt(), topic.label());
    }
    assert_eq!(Topic::from_label("Billing/"), None);
    assert_eq!(Topic::unsure(), Some(Topic::Other));
}

#[tokio::test]
async fn a_label_that_is_chosen_within_another_is_stored_by_its_path() {
    let (llm, _) = model([r#"{"label":"Billing/invoice"}"#]);
    let mut session = Session::new();
    let topic = zyn::classify::<Topic>("What is it about?");
    let topic = topic.fire(&llm, &mut session, "x").await.unwrap();
    assert_eq!(topic, Topic::Billing(Billing::Invoice));
    assert_eq!(session.at(1).unwrap().text(), "Billing/invoice");
}

#[tokio::test]
async fn labels_of_run_time_are_described_and_enforced_like_an_enum_s() {
    let folders = Labels::new(["billing", "outage"])
        .about("outage", "Something does not work.")
        .examples("outage", ["The site is down"])
        .within("billing", Labels::new(["refund", "invoice"]));
    let folder = zyn::classify_among("Which folder?", folders);
    let request = sent(&folder, "x", r#"{"label":"outage"}"#).await;
    let (names, about) = labels(&request);
    assert_eq!(names, ["billing/refund", "billing/invoice", "outage"]);
    let wanted = r#"outage: Something does not work. For example \"The site is down\""#;
    assert!(about.contains(wanted), "{about}");
    let bad = r#"{"label":"billing"}"#;
    let good = r#"{"label":"billing/refund"}"#;
    let value = is_asked_again(&folder, "x", bad, "/label", good).await;
    assert_eq!(value, "billing/refund");
}

#[tokio::test]
async fn labels_that_are_no_choice_are_refused_before_anything_is_sent() {
    let two = || Labels::new(["a", "b"]);
    let alike = |first: &str, second: &str| LabelsError::Alike {
        first: first.to_owned(),
        second: second.to_owned(),
    };
    let broken = |label: &str| LabelsError::NotOneLine {
        label: label.to_owned(),
    };
    let unknown = |label: &str| LabelsError::Unknown {
        label: label.to_owned(),
    };
    let cases = [
        (Labels::default(), LabelsError::TooFew { count: 0 }),
        (Labels::new(["a"]), LabelsError::TooFew { count: 1 }),
        (Labels::new(["a", "b", "a"]), alike("a", "a")),
        (Labels::new(["a", "b", "A"]), alike("a", "A")),
        (Labels::new(["a", "b", " A "]), alike("a", " A ")),
        (Labels::new(["a", " "]), LabelsError::Blank),
        (Labels::new(["a", "b\n- \"c\""]), broken("b\n- \"c\"")),
        (Labels::new(["a\u{2028}", "b"]), broken("a\u{2028}")),
        (
            two().within("a", Labels::new(["x", "y\u{7}"])),
            broken("y\u{7}"),
        ),
        (two().about("c", "x"), unknown("c")),
        (two().examples("c", ["x"]), unknown("c")),
        (
            two().within("a", Labels::new(["x"])),
            LabelsError::TooFew { count: 1 },
        ),
        (
            Labels::new(["a", "a/x"]).within("a", Labels::new(["x", "y"])),
            alike("a/x", "a/x"),
        ),
    ];
    for (labels, wanted) in cases {
        let shown = format!("{labels:?}");
        match refused(&zyn::classify_among("Which?", labels), "x").await {
            ErrorKind::Labels(error) => assert_eq!(error, wanted, "{shown}"),
            other => panic!("{shown}: {other}"),
        }
    }
}

#[tokio::test]
async fn the_runner_up_is_another_label_and_not_in_the_session() {
    let (llm, recording) = model([
        r#"{"label":"Outage","runner_up":"Outage"}"#,
        r#"{"label":"Outage","runner_up":"banana"}"#,
        r#"{"label":"Outage","runner_up":"Billing/refund"}"#,
    ]);
    let mut session = Session::new();
    let topic = zyn::classify::<Topic>("What is it about?").runner_up();
    let answer = topic.fire_detailed(&llm, &mut session, "x").await.unwrap();
    assert_eq!(answer.value, Topic::Outage);
    assert_eq!(answer.runner_up, Some(Topic::Billing(Billing::Refund)));
    assert_eq!(session.at(1).unwrap().text(), "Outage");
    let last = recording.requests().swap_remove(2);
    for feedback in [&last.feedback[1], &last.feedback[3]] {
        assert!(feedback.text().contains("- /runner_up: expected"));
    }

    let (llm, _) = model([r#"{"label":"a","runner_up":"b"}"#]);
    let among = zyn::classify_among("Which?", Labels::new(["a", "b"])).runner_up();
    let answer = among.fire_detailed(&llm, &mut Session::new(), "x").await;
    assert_eq!(answer.unwrap().runner_up.as_deref(), Some("b"));
}

/// What stands in the instructions is words, of which a label's name and description must not be able to make more.
#[tokio::test]
async fn a_label_is_one_line_and_quoted_for_a_model_that_sees_no_schema() {
    let labels = Labels::new(["a \"b\"", "c"])
        .about("a \"b\"", "First.\n- \"d\": Second.")
        .examples("c", ["one\ntwo"]);
    let folder = zyn::classify_among("Which?", labels);
    let mut profile = Profile::default();
    profile.schema_visible = false;
    let answers = Scripted::new([r#"{"label":"c"}"#]).can(profile);
    let recording = Recording::new(answers);
    let (llm, mut session) = (Llm::new(recording.clone()), Session::new());
    assert_eq!(folder.fire(&llm, &mut session, "x").await.unwrap(), "c");
    let request = recording.requests().swap_remove(0);
    let note = request.note.as_ref().unwrap();
    let wanted = r#"- "label" (one of these texts)
  - "a \"b\"": First. - "d": Second.
  - "c": for example "one\ntwo""#;
    assert!(note.ends_with(wanted), "{note}");
    let schema: Value = serde_json::from_str(&request.schema.as_ref().unwrap().json).unwrap();
    let wanted = "\"a \\\"b\\\"\": First. - \"d\": Second.\nc: for example \"one\\ntwo\"";
    assert_eq!(schema["properties"]["label"]["description"], wanted);

    let plain = zyn::classify_among("Which?", Labels::new(["a \"b\"", "c"]));
    let answers = Scripted::new([r#"{"label":"c"}"#]).can(recording.profile());
    let recording = Recording::new(answers);
    let (llm, mut session) = (Llm::new(recording.clone()), Session::new());
    plain.fire(&llm, &mut session, "x").await.unwrap();
    let note = recording.requests().swap_remove(0).note.unwrap();
    assert!(note.ends_with(r#"(one of "a \"b\"", "c")"#), "{note}");
}

/// An impl that the derive has not checked.
struct ByHand;

impl Classify for ByHand {
    const LABELS: &'static [zyn::Label] = &[label("a"), label("b\n- c")];

    fn label(&self) -> std::borrow::Cow<'static, str> {
        "a".into()
    }

    fn from_label(_: &str) -> Option<Self> {
        Some(Self)
    }
}

const fn label(name: &'static str) -> zyn::Label {
    zyn::Label {
        name,
        about: None,
        examples: &[],
        within: &[],
    }
}

#[tokio::test]
async fn labels_by_hand_are_held_to_the_same() {
    let kind = refused(&zyn::classify::<ByHand>("Which?"), "x").await;
    let ErrorKind::Labels(LabelsError::NotOneLine { label }) = &kind else {
        panic!("{kind}");
    };
    assert_eq!(label, "b\n- c");
}
