//! An invalid answer is asked for again with what is wrong, and only the accepted pair is remembered.

use serde_json::Value;
use zyn::prelude::*;
use zyn::{ErrorKind, Message, Mode, Repair, Role, Usage};
use zyn_tests::{Reply, Server};

/// A customer and what they need.
#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    name: String,
    #[extract(validate = adult)]
    age: u8,
}

fn adult(age: &u8) -> Result<(), String> {
    match age {
        18.. => Ok(()),
        _ => Err(format!("{age} is too young for a customer")),
    }
}

workflow!(
    /// Two steps, so that a report has two.
    pub async fn register(letter: &str) -> String {
        let customer = extract::<Customer>("The customer", letter);
        let text = transform("Greet {customer.name}", letter);
        text
    }
);

const LETTER: &str = "I am Ada, 36.";
const ADA: &str = r#"{"name":"Ada","age":36}"#;
const CHILD: &str = r#"{"name":"Ada","age":6}"#;

fn usage(answers: u64) -> Usage {
    Usage::new(10 * answers, 5 * answers)
}

/// Role and text of the messages in a request.
fn messages(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let messages = body["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|it| (text(&it["role"]), text(&it["content"])))
        .collect()
}

#[tokio::test]
async fn invalid_answers_go_back_with_path_and_reason_and_only_the_accepted_pair_stays() {
    let server = Server::new([r#"{"age":"old","name":"Ada"}"#, CHILD, ADA]);
    let llm = server.llm();
    let mut session = Session::new();
    let customer = zyn::extract::<Customer>("The customer");
    let answer = customer
        .fire_detailed(&llm, &mut session, LETTER)
        .await
        .unwrap();
    assert_eq!(answer.value.age, 36);

    let bodies: Vec<Value> = server.received().iter().map(|it| it.json()).collect();
    let [first, second, third] = bodies.as_slice() else {
        panic!("{} requests", bodies.len());
    };
    let (first, second, third) = (messages(first), messages(second), messages(third));
    assert_eq!((first.len(), second.len(), third.len()), (2, 4, 6));
    assert_eq!(second[..2], first[..]);
    assert_eq!(third[..4], second[..]);
    assert_eq!(second[2].0, "assistant");
    assert_eq!(second[2].1, r#"{"age":"old","name":"Ada"}"#);
    assert_eq!(second[3].0, "user");
    let reason = r#"- /age: expected a whole number, got "old""#;
    assert!(second[3].1.contains(reason), "{}", second[3].1);
    let reason = "- /age: 6 is too young for a customer";
    assert!(third[5].1.contains(reason), "{}", third[5].1);

    let stored: Vec<(Role, &str)> = session
        .messages()
        .iter()
        .map(|message| (message.role(), message.text()))
        .collect();
    let asked = session.at(0).unwrap().text();
    assert_eq!(stored, [(Role::User, asked), (Role::Assistant, ADA)]);
    assert!(first[1].1.starts_with(asked));

    assert_eq!((answer.attempts, answer.spent), (3, usage(3)));
    assert_eq!(answer.usage, Some(usage(1)));
    assert_eq!(session.usage(), usage(1), "only the accepted attempt");
    assert_eq!(session.last_usage(), Some(usage(1)));
    let spend = llm.spend();
    assert_eq!(
        (spend.attempts, spend.usage, spend.failed, spend.unknown),
        (3, usage(3), usage(2), 0)
    );
}

#[tokio::test]
async fn the_third_invalid_answer_is_the_last() {
    let server = Server::new([CHILD; 4]);
    let llm = server.llm();
    let mut session = Session::new();
    let customer = zyn::extract::<Customer>("The customer");
    let error = customer.fire(&llm, &mut session, LETTER).await.unwrap_err();
    let ErrorKind::Invalid { violations, reply } = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!(violations[0].path, "/age");
    assert_eq!(reply.text(), CHILD);
    assert_eq!((error.attempts(), error.usage()), (3, usage(3)));
    assert_eq!((server.received().len(), session.len()), (3, 0));
    assert_eq!(session.usage(), Usage::default());
    assert_eq!(
        (llm.spend().usage, llm.spend().failed),
        (usage(3), usage(3))
    );
}

#[tokio::test]
async fn a_step_says_how_often_it_is_asked_again() {
    for reasks in [0, 1, 3] {
        let server = Server::new([CHILD; 5]);
        let customer = zyn::extract::<Customer>("The customer").reask(reasks);
        let error = customer
            .fire(&server.llm(), &mut Session::new(), LETTER)
            .await
            .unwrap_err();
        assert_eq!(error.attempts(), reasks + 1);
        assert_eq!(server.received().len(), reasks as usize + 1);
    }
}

#[tokio::test]
async fn what_was_done_to_read_an_answer_is_told() {
    let fenced = format!("```json\n{ADA}\n```");
    let prose = format!("Here you are: {ADA} Anything else?");
    for (text, repairs) in [
        (ADA, [].as_slice()),
        (&fenced, &[Repair::Fenced]),
        (&prose, &[Repair::Prose]),
    ] {
        let server = Server::new([text]);
        let mut session = Session::new();
        let customer = zyn::extract::<Customer>("The customer");
        let answer = customer
            .fire_detailed(&server.llm(), &mut session, LETTER)
            .await
            .unwrap();
        assert_eq!(answer.repairs, repairs, "{text}");
        assert_eq!(session.at(1).unwrap().text(), ADA, "canonical: {text}");
        assert_eq!((answer.attempts, answer.mode), (1, Mode::Native));
        assert_eq!(answer.finish.as_deref(), Some("stop"));
        assert_eq!(answer.model.as_deref(), Some("m-2026"));
    }
}

#[tokio::test]
async fn a_report_counts_attempts_usage_and_repairs_of_each_step() {
    let fenced = format!("```\n{ADA}\n```");
    let server = Server::new([
        Reply::answer("No JSON at all"),
        Reply::http(503, &["retry-after-ms: 1"], "{}"),
        Reply::answer(&fenced),
        Reply::answer("Welcome, Ada"),
    ]);
    let llm = server.llm();
    let mut session = Session::new();
    let (text, report) = register(LETTER).run_detailed(&llm, &mut session).await;
    assert_eq!(text.unwrap(), "Welcome, Ada");
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|step| {
            (
                &*step.id,
                step.attempts,
                step.spent,
                &*step.repairs,
                step.mode,
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            (
                "customer",
                3,
                usage(2),
                &[Repair::Fenced][..],
                Some(Mode::Native)
            ),
            ("text", 1, usage(1), &[], Some(Mode::Text)),
        ]
    );
    assert_eq!((report.attempts(), report.spent()), (4, usage(3)));
    assert_eq!(session.usage(), usage(2), "one accepted attempt a step");
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.usage), (4, usage(3)));
    assert_eq!((report.usage(), spend.failed), (usage(2), usage(1)));
}

#[tokio::test]
async fn one_budget_of_retries_goes_through_all_re_asks() {
    let unavailable = || Reply::http(503, &["retry-after-ms: 1"], "{}");
    let server = Server::new([
        unavailable(),
        Reply::answer("No JSON"),
        unavailable(),
        Reply::answer(ADA),
    ]);
    let customer = zyn::extract::<Customer>("The customer").retry(1);
    let error = customer
        .fire(&server.llm(), &mut Session::new(), LETTER)
        .await
        .unwrap_err();
    assert_eq!(error.provider().unwrap().status, Some(503));
    assert_eq!((error.attempts(), error.usage()), (3, usage(1)));
}

#[tokio::test]
async fn text_that_a_validator_refuses_is_asked_for_again_as_text() {
    let server = Server::new(["Hello you", "Hello Ada"]);
    let greeting = zyn::transform("Greet").validate(|text: &String| match text.contains("Ada") {
        true => Ok(()),
        false => Err("name the customer"),
    });
    let mut session = Session::new();
    let text = greeting
        .fire(&server.llm(), &mut session, LETTER)
        .await
        .unwrap();
    assert_eq!(text, "Hello Ada");
    let feedback = messages(&server.received()[1].json()).pop().unwrap().1;
    assert!(feedback.contains("name the customer"), "{feedback}");
    assert!(!feedback.contains("JSON"), "{feedback}");
    let texts: Vec<_> = session.messages().iter().map(Message::text).collect();
    assert_eq!(texts.last(), Some(&"Hello Ada"));
}
