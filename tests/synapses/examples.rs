//! What a model is shown before it is asked, in the form of its answer.

use std::fmt::Debug;

use zyn::prelude::*;
use zyn::refusal::ExampleProblem;
use zyn::sentiment::Polarity;
use zyn::sentiment::Scores;
use zyn::{Analysis, Conversation, ErrorKind, Input, Sentiment, Synapse};

use crate::ask::{JUDGED, Mood, Person, ada, blocks, refused, sent};

/// The answers of the examples of `synapse`, as they are shown.
async fn shown<T: Debug + 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I>,
    answer: &str,
) -> Vec<String> {
    let request = sent(synapse, input, answer).await;
    let blocks = blocks(&request).into_iter();
    let answers = blocks.filter(|(name, _)| name.ends_with("answer"));
    answers.map(|(_, text)| text).collect()
}

#[tokio::test]
async fn every_verb_shows_examples_in_the_form_of_its_answer() {
    let yes = zyn::binary("Is it?").examples([("a", true)]);
    let answer = r#"{"answer":false}"#;
    assert_eq!(shown(&yes, "x", answer).await, [r#"{"answer":true}"#]);

    let rank = zyn::rank("by length").examples([(["bb", "a", "bb"], vec!["a", "bb", "bb"])]);
    let answer = r#"{"ranked":[2,1]}"#;
    let wanted = [r#"{"ranked":[2,1,3]}"#];
    assert_eq!(shown(&rank, ["bb", "a"], answer).await, wanted);

    let judged: Sentiment = serde_json::from_str(JUDGED).unwrap();
    let tone = zyn::sentiment("the tone").examples([("a", judged.clone())]);
    let wanted = JUDGED.replace(":0}", ":0.0}");
    assert_eq!(shown(&tone, "x", JUDGED).await, [wanted]);

    let greet = zyn::transform("Greet").examples([("Ada", "Dear Ada".to_owned())]);
    assert_eq!(shown(&greet, "x", "Hi").await, ["Dear Ada"]);

    let answer = r#"{"text":"Ada.","findings":[]}"#;
    let analysis = Analysis::new("Bob.", ["b"]);
    let who = zyn::analyze::<Person>("Who?").examples([(&ada(), analysis)]);
    let wanted = [r#"{"text":"Bob.","findings":["b"]}"#];
    assert_eq!(shown(&who, &ada(), answer).await, wanted);

    let answer = r#"{"name":"Ada","email":null}"#;
    let person = zyn::extract::<Person>("The person").examples([("Ada", ada())]);
    assert_eq!(shown(&person, "x", answer).await, [answer]);
    let copy = zyn::convert::<Person, Person>("Copy").examples([(&ada(), ada())]);
    assert_eq!(shown(&copy, &ada(), answer).await, [answer]);
    let people = zyn::extract::<Vec<Person>>("All").examples([("Ada", vec![ada()])]);
    let wanted = [format!(r#"{{"value":[{answer}]}}"#)];
    assert_eq!(shown(&people, "x", r#"{"value":[]}"#).await, wanted);
}

#[tokio::test]
async fn an_example_that_would_not_be_accepted_is_refused_before_anything_is_sent() {
    let short = zyn::transform("Greet").max_chars(3);
    let short = short.examples([("a", "Hi".to_owned()), ("b", "Hello".to_owned())]);
    let judged = Sentiment::new(Polarity::Mixed, Scores::new(1.0, 1.0, f64::NAN));
    let tone = zyn::sentiment("the tone").examples([("a", judged)]);
    let rank = zyn::rank("by length").examples([(["a", "b"], vec!["b", "c"])]);
    let old = zyn::extract::<u8>("The age").validate(|age| match age {
        18.. => Ok(()),
        _ => Err("too young"),
    });
    let old = old.examples([("I am 6", 6)]);
    let cases = [
        (refused(&short, "x").await, 2, ""),
        (refused(&tone, "x").await, 1, "/scores/neutral"),
        (refused(&rank, ["a"]).await, 1, "/ranked/1"),
        (refused(&old, "x").await, 1, ""),
    ];
    for (kind, wanted, path) in cases {
        let ErrorKind::Example {
            number,
            problem: ExampleProblem::Answer(violations),
        } = &kind
        else {
            panic!("{kind}");
        };
        assert_eq!((*number, &*violations[0].path), (wanted, path), "{kind}");
    }
}

/// Nobody wrote down the reasoning of an example, so its name says that it is not the whole of an answer.
#[tokio::test]
async fn an_example_says_what_it_leaves_out_of_the_answer() {
    let mood = zyn::classify::<Mood>("Which?").examples([("Hooray", Mood::Happy)]);
    let mood = mood.reasoning().runner_up().confidence(0.1);
    let answer = r#"{"reasoning":"r","label":"Calm","runner_up":"Happy","confidence":1}"#;
    let blocks = blocks(&sent(&mood, "x", answer).await);
    let name = "example 1 answer, without its reasoning and runner_up and confidence";
    assert_eq!(
        blocks[1],
        (name.to_owned(), r#"{"label":"Happy"}"#.to_owned())
    );
    let person = zyn::extract::<Person>("The person").examples([("Ada", ada())]);
    let answer = r#"{"reasoning":"r","value":{"name":"Ada","email":null}}"#;
    let blocks = crate::ask::blocks(&sent(&person.reasoning(), "x", answer).await);
    assert_eq!(blocks[1].0, "example 1 answer, without its reasoning");
    assert_eq!(blocks[1].1, r#"{"value":{"name":"Ada","email":null}}"#);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
struct Sparse {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    name: String,
    others: Vec<Sparse>,
}

#[tokio::test]
async fn an_example_writes_null_for_what_is_absent_as_the_model_must() {
    let sparse = |name: &str, others| Sparse {
        email: None,
        name: name.to_owned(),
        others,
    };
    let example = sparse("Ada", vec![sparse("Bob", Vec::new())]);
    let people = zyn::extract::<Sparse>("The person").examples([("Ada and Bob", example)]);
    let answer =
        r#"{"email":null,"name":"Ada","others":[{"email":null,"name":"Bob","others":[]}]}"#;
    assert_eq!(shown(&people, "x", answer).await, [answer]);
}

#[tokio::test]
async fn what_is_wrong_with_an_example_s_input_is_told_as_the_example_s() {
    let input = |kind: ErrorKind, wanted: usize| match kind {
        ErrorKind::Example { number, problem } if number == wanted => problem,
        other => panic!("{other:?}"),
    };
    let question = zyn::binary("Is it?").examples([("a", true), (" ", false)]);
    let problem = input(refused(&question, "x").await, 2);
    assert!(
        matches!(&problem, ExampleProblem::Input(it) if matches!(**it, ErrorKind::EmptyInput)),
        "{problem:?}"
    );
    let question = zyn::binary("Is it?").examples([(Conversation, true)]);
    let problem = input(refused(&question, "x").await, 1);
    assert!(matches!(problem, ExampleProblem::NoInput), "{problem:?}");
    let rank = zyn::rank("by length").examples([(["a", " "], vec!["a", " "])]);
    let problem = input(refused(&rank, ["x"]).await, 1);
    assert!(
        matches!(&problem, ExampleProblem::Input(it) if matches!(**it, ErrorKind::EmptyItem { number: 2 })),
        "{problem:?}"
    );
    let copy =
        zyn::analyze::<Refuses>("Who?").examples([(&Refuses(true), Analysis::new("a", ["b"]))]);
    let problem = input(refused(&copy, &Refuses(false)).await, 1);
    assert!(
        matches!(&problem, ExampleProblem::Input(it) if matches!(**it, ErrorKind::InputNotJson { .. })),
        "{problem:?}"
    );
    assert!(!format!("{problem} {problem:#?}").contains("canary"));
}

/// A type whose `Serialize` fails, and quotes its value.
#[derive(Debug)]
struct Refuses(bool);

impl Serialize for Refuses {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            true => Err(serde::ser::Error::custom("canary")),
            false => serializer.serialize_unit(),
        }
    }
}
