//! A fake answers whatever the verbs ask with a value that is accepted at once.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use zyn::prelude::*;
use zyn::schema::Schema;
use zyn::testing::{Fake, Recording};
use zyn::{Answer, ConfigError, ErrorKind, Input, Message, Provider, Request, Synapse};

const SEEDS: u64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Mood {
    Happy,
    Calm,
    Angry,
}

/// A type with all that derives can say.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema, Extract)]
struct Order {
    #[schemars(length(min = 3, max = 8))]
    code: String,
    #[schemars(regex(pattern = r"^[A-Z]{2}-\d{4}$"))]
    number: String,
    #[schemars(range(min = 1, max = 9))]
    pieces: u8,
    #[schemars(range(min = -1.0, max = 1.0))]
    balance: f64,
    weight: Option<f32>,
    #[serde(default)]
    notes: Vec<String>,
    way: Way,
    #[schemars(length(min = 1, max = 3))]
    parts: Vec<Part>,
    initial: char,
}

#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Way {
    Ship { port: String },
    Train { line: u32, night: bool },
    Foot,
}

/// Parts have parts.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
struct Part {
    name: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Serialize)]
struct Week {
    tickets: u32,
}

fn fake(seed: u64) -> Llm {
    Llm::new(Fake::seeded(seed))
}

/// Fires `synapse` with many seeds; each answer is accepted as it came.
async fn at_once<T: 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I> + Clone,
) -> Vec<Answer<T>> {
    let mut answers = Vec::new();
    let mut judge = None;
    for seed in 0..SEEDS {
        let mut session = Session::new();
        session.append(Message::user("It is about an order."));
        let fake = Fake::seeded(seed);
        let recording = Recording::new(fake.clone());
        let llm = Llm::new(recording.clone());
        let answer = synapse.fire_detailed(&llm, &mut session, input.clone());
        let answer = answer
            .await
            .unwrap_or_else(|error| panic!("seed {seed}: {error:#?}"));
        assert_eq!(
            (answer.attempts, answer.repairs.len()),
            (1, 0),
            "seed {seed}"
        );
        answers.push(answer);
        for request in recording.requests() {
            let Some(sent) = &request.schema else {
                continue;
            };
            let judge = judge.get_or_insert_with(|| judge_of(&sent.json));
            let answer = fake.call(&request).await.unwrap().text;
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert!(judge.is_valid(&answer), "{}\n{answer}", sent.json);
        }
    }
    answers
}

/// Finds answers valid in what was sent, and is not ours.
fn judge_of(schema: &str) -> jsonschema::Validator {
    let schema = serde_json::from_str(schema).unwrap();
    let judge = jsonschema::options().should_validate_formats(true);
    judge.build(&schema).unwrap()
}

#[tokio::test]
async fn each_verb_is_answered_at_once_whatever_the_seed() {
    at_once(&zyn::extract::<Order>("The order"), "An order").await;
    at_once(&zyn::extract::<Vec<u8>>("The numbers"), "1, 2").await;
    at_once(&zyn::classify::<Mood>("The mood?"), "Well").await;
    at_once(&zyn::transform("Make it polite"), "Well").await;
    at_once(&zyn::binary("Is it late?"), "Well").await;
    at_once(&zyn::sentiment("The tone").aspects(["food", "a/b"]), "Well").await;
    at_once(&zyn::analyze::<Week>("How is it?"), &Week { tickets: 3 }).await;
    at_once(
        &zyn::convert::<Week, Order>("Fill it in"),
        &Week { tickets: 3 },
    )
    .await;
}

#[tokio::test]
async fn a_ranking_is_a_permutation_and_not_always_the_same() {
    let items: Vec<String> = (0..9).map(|item| format!("item {item}")).collect();
    let answers = at_once(&zyn::rank("by size"), items.clone()).await;
    let mut orders = HashSet::new();
    for answer in answers {
        let mut sorted = answer.value.clone();
        sorted.sort();
        assert_eq!(sorted, items);
        orders.insert(answer.value);
    }
    assert!(orders.len() > 100, "{}", orders.len());
    let top = at_once(&zyn::rank("by size").top(2), items).await;
    assert!(top.iter().all(|answer| answer.value.len() == 2));
}

#[tokio::test]
async fn all_labels_and_both_answers_occur() {
    let moods = at_once(&zyn::classify::<Mood>("The mood?"), "Well").await;
    for mood in [Mood::Happy, Mood::Calm, Mood::Angry] {
        let count = moods.iter().filter(|answer| answer.value == mood).count();
        assert!(count > 40, "{mood:?} {count} times");
    }
    let late = at_once(&zyn::binary("Is it late?"), "Well").await;
    let count = late.iter().filter(|answer| answer.value).count();
    assert!((60..140).contains(&count), "{count}");
}

#[tokio::test]
async fn what_is_asked_for_beside_the_answer_is_there_and_is_sure() {
    let mood = zyn::classify::<Mood>("The mood?");
    let mood = mood.runner_up().reasoning().confidence(1.0);
    for answer in at_once(&mood, "Well").await {
        assert_ne!(answer.runner_up, Some(answer.value));
        assert!(answer.reasoning.is_some());
        assert_eq!(answer.confidence.score(), Some(1.0));
    }
    at_once(
        &zyn::extract::<Order>("The order").confidence(0.9),
        "An order",
    )
    .await;
    at_once(&zyn::transform("Make it polite").reasoning(), "Well").await;
}

#[tokio::test]
async fn a_text_is_as_short_as_it_was_to_be() {
    for answer in at_once(&zyn::transform("A subject").max_chars(7), "Well").await {
        assert!(answer.value.chars().count() <= 7, "{}", answer.value);
    }
}

#[tokio::test]
async fn a_text_beside_which_more_is_asked_for_is_as_short_and_its_limit_is_said_once() {
    let subject = zyn::transform("A subject").max_chars(7);
    for subject in [
        subject.clone().reasoning(),
        subject.clone().confidence(0.5),
        subject.max_chars(1).reasoning(),
    ] {
        at_once(&subject, "Well").await;
        let recording = Recording::new(Fake::new());
        let llm = Llm::new(recording.clone());
        subject
            .fire(&llm, &mut Session::new(), "Well")
            .await
            .unwrap();
        let request = recording.requests().remove(0);
        assert!(request.prompt.text().contains("at most"));
        let wire = request.schema.unwrap().json;
        assert!(
            !wire.contains("at most") && !wire.contains("longest"),
            "{wire}"
        );
    }
}

#[tokio::test]
async fn the_answer_is_the_requests_whatever_the_order_and_company() {
    let request = |text: &str| Request::new(Message::user(text.to_owned()));
    let fake = Fake::seeded(7);
    let alone = fake.call(&request("a")).await.unwrap().text;
    for other in ["b", "c"] {
        assert_ne!(fake.call(&request(other)).await.unwrap().text, alone);
    }
    assert_eq!(fake.clone().call(&request("a")).await.unwrap().text, alone);
    let other = Fake::seeded(8).call(&request("a")).await.unwrap().text;
    assert_ne!(other, alone);
    let mut later = request("a");
    later.history = [Message::user("earlier")].into_iter().collect();
    assert_ne!(fake.call(&later).await.unwrap().text, alone);
}

#[tokio::test]
async fn an_answer_that_a_validator_refuses_is_followed_by_another() {
    let even = zyn::extract::<u8>("A number")
        .reask(20)
        .validate(|number: &u8| {
            let even = number.is_multiple_of(2);
            if even {
                Ok(())
            } else {
                Err("an even number is wanted")
            }
        });
    let mut attempts = 0;
    for seed in 0..20 {
        let (llm, mut session) = (fake(seed), Session::new());
        let answer = even.fire_detailed(&llm, &mut session, "one");
        let answer = answer.await.unwrap();
        assert_eq!(answer.value % 2, 0);
        attempts += answer.attempts;
    }
    assert!(attempts > 20, "some were refused");
}

#[tokio::test]
async fn usage_is_reported_and_counted() {
    let llm = fake(0);
    let mut session = Session::new();
    zyn::binary("Is it late?")
        .fire(&llm, &mut session, "Well")
        .await
        .unwrap();
    assert!(session.usage().input_tokens > 10);
    assert!(session.usage().output_tokens > 0);
    assert_eq!(llm.spend().attempts, 1);
}

#[tokio::test]
async fn what_cannot_be_made_up_is_an_error_that_names_it() {
    #[derive(Debug, Deserialize, JsonSchema, Extract)]
    struct Odd {
        #[schemars(regex(pattern = "^(?=a)a$"))]
        code: String,
    }
    let odd = zyn::extract::<Odd>("The odd");
    let error = odd
        .fire(&fake(0), &mut Session::new(), "x")
        .await
        .unwrap_err();
    let ErrorKind::Config(ConfigError::Unmade { name, path, .. }) = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!((&**name, path.as_deref()), ("Odd", Some("/code")));
    assert_eq!(
        error.to_string(),
        "no `Odd` can be made up: at `/code`, the pattern `^(?=a)a$` is beyond what a fake can write; \
         answer it with `zyn::testing::Scripted`"
    );
}

#[tokio::test]
async fn a_request_with_nothing_but_a_wire_schema_is_answered_by_that() {
    let recording = Recording::new(Fake::new());
    let order = zyn::extract::<Order>("The order");
    let llm = Llm::new(recording.clone());
    order.fire(&llm, &mut Session::new(), "x").await.unwrap();
    let mut request = recording.requests().remove(0);
    request.original = None;
    let answer = Fake::new().call(&request).await.unwrap().text;
    let wire = &request.schema.unwrap().json;
    let wire = Schema::from_value("Order", serde_json::from_str(wire).unwrap()).unwrap();
    let fields: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let named = wire.document()["properties"].as_object().unwrap();
    assert!(fields.as_object().unwrap().keys().eq(named.keys()));
}

#[tokio::test(start_paused = true)]
async fn latency_is_waited_for() {
    let start = tokio::time::Instant::now();
    let fake = Fake::new().latency(Duration::from_secs(3));
    fake.call(&Request::new(Message::user("a"))).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}
