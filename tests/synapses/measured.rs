//! How likely the answer was to the model, where a provider tells it.

use std::fmt::Debug;

use serde_json::{Value, json};
use zyn::prelude::*;
use zyn::refusal::Unmeasured;
use zyn::testing::{Fake, Recording, Reply, Scripted};
use zyn::{Answer, Confidence, ErrorKind, Input, Profile, Synapse};
use zyn_tests::Server;

use crate::ask::{Mood, Person, fields};

async fn answered<T: Debug + 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I>,
    reply: Reply,
) -> (Answer<T>, Recording) {
    let recording = Recording::new(Scripted::new([reply]));
    let llm = Llm::new(recording.clone());
    let mut session = Session::new();
    let answer = synapse.fire_detailed(&llm, &mut session, input);
    (answer.await.unwrap(), recording)
}

#[track_caller]
fn is(confidence: Confidence, wanted: f64) {
    let Confidence::Measured(measured) = confidence else {
        panic!("{confidence:?}");
    };
    assert!(
        (measured - wanted).abs() < 1e-9,
        "{measured} is not {wanted}"
    );
}

#[tokio::test]
async fn a_label_is_as_likely_as_its_tokens_together_and_the_model_is_told_nothing_of_it() {
    let mood = zyn::classify::<Mood>("Which?").measured().confidence(0.3);
    let reply = [
        (r#"{"label":""#, 0.9),
        ("Ca", 0.8),
        ("lm", 0.5),
        (r#""}"#, 0.7),
    ];
    let (answer, recording) = answered(&mood, "x", Reply::measured(reply)).await;
    assert_eq!(answer.value, Mood::Calm);
    is(answer.confidence, 0.4);
    let requests = recording.requests();
    assert_eq!(fields(&requests[0]), ["label"]);
    assert!(requests[0].logprobs);
}

#[tokio::test]
async fn what_stands_beside_a_label_is_not_measured() {
    let mood = zyn::classify::<Mood>("Which?")
        .measured()
        .reasoning()
        .runner_up();
    let reply = [
        (r#"{"reasoning":"Calm","label":""#, 0.1),
        ("Calm", 0.75),
        (r#"","runner_up":"Happy"}"#, 0.1),
    ];
    let (answer, recording) = answered(&mood, "x", Reply::measured(reply)).await;
    is(answer.confidence, 0.75);
    assert_eq!(answer.runner_up, Some(Mood::Happy));
    assert_eq!(
        fields(&recording.requests()[0]),
        ["reasoning", "label", "runner_up"]
    );
}

#[tokio::test]
async fn a_document_and_a_text_are_as_likely_as_their_tokens_on_average() {
    let person = zyn::extract::<Person>("The person").measured();
    let reply = [
        (r#"{"name":""#, 0.1),
        ("Ada", 0.9),
        (r#"","email":"#, 0.1),
        ("null", 0.4),
        ("}", 0.1),
    ];
    is(
        answered(&person, "x", Reply::measured(reply))
            .await
            .0
            .confidence,
        0.6,
    );
    let reasoned = person.reasoning();
    let reply = [
        (r#"{"reasoning":"r","value":"#, 0.1),
        (r#"{"name":"Ada","#, 0.9),
        (r#""email":null}"#, 0.4),
        ("}", 0.1),
    ];
    is(
        answered(&reasoned, "x", Reply::measured(reply))
            .await
            .0
            .confidence,
        0.6,
    );
    let wrapped = zyn::extract::<u8>("A number").measured();
    let reply = [(r#"{"value":"#, 0.1), ("7", 0.9), ("}", 0.1)];
    is(
        answered(&wrapped, "x", Reply::measured(reply))
            .await
            .0
            .confidence,
        0.9,
    );
    let text = zyn::transform("Greet").measured();
    let reply = [(" \n", 0.1), ("Dear", 0.9), (" Ada", 0.4), ("\n", 0.1)];
    is(
        answered(&text, "x", Reply::measured(reply))
            .await
            .0
            .confidence,
        0.6,
    );
    let ranked = zyn::rank("by length").measured();
    let reply = [
        (r#"{"ranked":"#, 0.1),
        ("[2,", 0.9),
        ("1]", 0.4),
        ("}", 0.1),
    ];
    is(
        answered(&ranked, ["a", "bb"], Reply::measured(reply))
            .await
            .0
            .confidence,
        0.6,
    );
}

#[tokio::test]
async fn an_answer_that_is_less_likely_than_it_was_to_be_is_refused() {
    let mood = zyn::classify::<Mood>("Which?").measured().confidence(0.5);
    let reply = Reply::measured([(r#"{"label":"Calm"}"#, 0.25)]);
    let (llm, mut session) = (Llm::new(Scripted::new([reply])), Session::new());
    let error = mood.fire(&llm, &mut session, "x").await.unwrap_err();
    let ErrorKind::LowConfidence {
        threshold,
        reported,
        reply,
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!((*threshold, *reported), (0.5, 0.25));
    assert_eq!(reply.text(), r#"{"label":"Calm"}"#);
    assert_eq!(
        (error.usage(), llm.spend().failed),
        (llm.spend().usage, llm.spend().usage)
    );
    assert!(session.is_empty());
}

#[derive(Debug, PartialEq, Classify)]
enum Verdict {
    Spam,
    Ham,
    #[classify(unsure)]
    Unclear,
}

#[tokio::test]
async fn the_unsure_label_stands_for_an_unlikely_one() {
    let verdict = zyn::classify::<Verdict>("Which?")
        .measured()
        .confidence(0.5)
        .runner_up();
    let reply = Reply::measured([(r#"{"label":"Spam","runner_up":"Ham"}"#, 0.25)]);
    let (answer, _) = answered(&verdict, "x", reply).await;
    assert_eq!(
        (answer.value, answer.runner_up),
        (Verdict::Unclear, Some(Verdict::Spam))
    );
    is(answer.confidence, 0.25);
}

async fn not_measured(reply: Reply) -> (Unmeasured, Llm, Session) {
    let mood = zyn::classify::<Mood>("Which?").measured().confidence(0.0);
    let (llm, mut session) = (Llm::new(Scripted::new([reply])), Session::new());
    let error = mood.fire(&llm, &mut session, "x").await.unwrap_err();
    match error.kind() {
        ErrorKind::NotMeasured {
            threshold: 0.0,
            problem,
        } => (*problem, llm, session),
        _ => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_threshold_never_compares_what_nobody_told() {
    let mood = zyn::classify::<Mood>("Which?").measured();
    for (reply, why) in [
        (Reply::from(r#"{"label":"Calm"}"#), Unmeasured::NotGiven),
        (
            Reply::measured([(r#"{"label":"Calm"} [sic]"#, 0.9)]),
            Unmeasured::NotFound,
        ),
    ] {
        let (answer, _) = answered(&mood, "x", reply.clone()).await;
        assert_eq!(answer.confidence, Confidence::NotScored);
        let (problem, llm, session) = not_measured(reply).await;
        assert_eq!(problem, why);
        assert!(session.is_empty());
        assert_eq!(llm.spend().failed, llm.spend().usage);
    }
}

#[tokio::test]
async fn a_threshold_on_what_is_known_not_to_be_told_is_refused_before_anything_is_sent() {
    let mut silent = Profile::default();
    silent.logprobs = false;
    let reply = r#"{"label":"Calm"}"#;
    let llm = Llm::new(Scripted::new([reply]).can(silent));
    let mood = zyn::classify::<Mood>("Which?").measured();
    let strict = mood.clone().confidence(0.5);
    let error = strict
        .fire(&llm, &mut Session::new(), "x")
        .await
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("`.confidence(0.5)` was to be compared"),
        "{told}"
    );
    assert!(
        matches!(
            error.kind(),
            ErrorKind::NotMeasured {
                problem: Unmeasured::NotTold,
                ..
            }
        ),
        "{told}"
    );
    assert_eq!((error.attempts(), llm.spend().attempts), (0, 0));
    // without a threshold it is only not scored
    let answer = mood
        .fire_detailed(&llm, &mut Session::new(), "x")
        .await
        .unwrap();
    assert_eq!(answer.confidence, Confidence::NotScored);
}

#[tokio::test]
async fn a_fake_is_entirely_sure() {
    let llm = Llm::new(Fake::new());
    let mood = zyn::classify::<Mood>("Which?").measured().confidence(1.0);
    let answer = mood
        .fire_detailed(&llm, &mut Session::new(), "x")
        .await
        .unwrap();
    assert_eq!(answer.confidence, Confidence::Measured(1.0));
}

fn logprobs() -> Value {
    json!({ "content": [
        { "token": "{\"label\":\"", "bytes": null, "logprob": -1.0 },
        { "token": "Calm", "bytes": [67, 97, 108, 109], "logprob": 0.5_f64.ln() },
        { "token": "\"}", "logprob": -1.0 },
    ]})
}

#[tokio::test]
async fn a_server_is_asked_for_log_probabilities_only_if_they_are_wanted() {
    use zyn_tests::Reply;
    let label = r#"{"label":"Calm"}"#;
    let server = Server::new([
        Reply::with_logprobs(label, logprobs()),
        Reply::with_logprobs(label, logprobs()),
        Reply::with_logprobs(label, json!(null)),
        Reply::answer(label),
    ]);
    let llm = server.llm();
    let plain = zyn::classify::<Mood>("Which?");
    let measured = plain.clone().measured();
    let mut found = Vec::new();
    for mood in [&plain, &measured, &measured, &measured] {
        let answer = mood.fire_detailed(&llm, &mut Session::new(), "x").await;
        found.push(answer.unwrap().confidence);
    }
    let half = found.remove(1);
    is(half, 0.5);
    assert_eq!(found, [Confidence::NotScored; 3]);
    let asked: Vec<_> = server
        .received()
        .iter()
        .map(|it| it.json().get("logprobs").cloned())
        .collect();
    let yes = Some(json!(true));
    assert_eq!(asked, [None, yes.clone(), yes.clone(), yes]);
}

#[tokio::test]
async fn a_model_that_refuses_to_tell_is_not_asked_for_it_again() {
    use zyn_tests::Reply;
    let label = r#"{"label":"Calm"}"#;
    let server = Server::new([
        Reply::unsupported("logprobs"),
        Reply::answer(label),
        Reply::answer(label),
    ]);
    let llm = server.llm();
    let mood = zyn::classify::<Mood>("Which?").measured();
    for attempts in [2, 1] {
        let answer = mood
            .fire_detailed(&llm, &mut Session::new(), "x")
            .await
            .unwrap();
        assert_eq!(
            (answer.confidence, answer.attempts),
            (Confidence::NotScored, attempts)
        );
    }
    let error = mood
        .confidence(0.5)
        .fire(&llm, &mut Session::new(), "x")
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::NotMeasured {
            problem: Unmeasured::NotTold,
            ..
        }
    ));
    let asked = server.received();
    let asked: Vec<_> = asked
        .iter()
        .map(|it| it.json().get("logprobs").is_some())
        .collect();
    assert_eq!(asked, [true, false, false]);
}
