//! Cascades: a better model is asked, and where none answers, what the first one gave stands.

use zyn::policy::{Breaker, Fallback, Outcome};
use zyn::prelude::*;
use zyn::{Answer, ErrorKind, Failure};

use crate::model::{SECOND, answering, failing};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Mood {
    Good,
    Bad,
    #[classify(unsure)]
    Unclear,
}

const UNSURE: &str = r#"{"label":"Good","confidence":0.4}"#;
const SURE: &str = r#"{"label":"Bad","confidence":0.9}"#;

async fn mood(llm: &Llm) -> Result<Answer<Mood>, zyn::Error> {
    let mood = zyn::classify::<Mood>("What is the mood?").confidence(0.8);
    let mut session = Session::new();
    let answer = mood.fire_detailed(llm, &mut session, "Hm.").await;
    assert_eq!(session.is_empty(), answer.is_err());
    answer
}

/// The spend of a model that was asked once, and how much of it came to nothing.
fn wasted(llm: &Llm) -> (u64, bool) {
    let spend = llm.spend();
    (
        spend.attempts,
        spend.failed == spend.usage && spend.usage.total() > 0,
    )
}

#[tokio::test(start_paused = true)]
async fn a_surer_model_takes_the_place_of_the_label_for_what_is_not_sure() {
    let large = answering("large", SECOND, SURE);
    let small = answering("small", SECOND, UNSURE).fallback(Fallback::escalate(&large));
    let answer = mood(&small).await.unwrap();
    assert_eq!((answer.value, &*answer.asked), (Mood::Bad, "large"));
    assert_eq!(answer.log[0].outcome, Outcome::NotAccepted);
    assert_eq!((wasted(&small), wasted(&large)), ((1, true), (1, false)));
}

#[tokio::test(start_paused = true)]
async fn where_no_surer_model_answers_the_label_stands_and_is_accepted() {
    let open = Breaker::new().calls(1);
    let down = failing("large", Failure::Connect).retry(0).breaker(&open);
    for large in [&failing("large", Failure::Overloaded), &down, &down] {
        let small = answering("small", SECOND, UNSURE).fallback(Fallback::escalate(large));
        let answer = mood(&small).await.unwrap();
        assert_eq!((answer.value, &*answer.asked), (Mood::Unclear, "small"));
        assert_eq!(answer.attempts as usize, answer.log.len());
        assert_eq!(answer.log[0].outcome, Outcome::Answered);
        assert_eq!(wasted(&small), (1, false));
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_that_are_not_sure_the_later_has_the_label() {
    let large = answering("large", SECOND, UNSURE);
    let small = answering("small", SECOND, UNSURE).fallback(Fallback::escalate(&large));
    let answer = mood(&small).await.unwrap();
    assert_eq!((answer.value, &*answer.asked), (Mood::Unclear, "large"));
    assert_eq!((wasted(&small), wasted(&large)), ((1, true), (1, false)));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_told_how_sure_the_answer_really_was() {
    let large = answering("large", SECOND, SURE);
    let is_far_off = |error: &zyn::Error| matches!(error.kind(), ErrorKind::LowConfidence { reported, .. } if *reported < 0.3);
    let small = answering("small", SECOND, UNSURE);
    let small = small.fallback(Fallback::to(&large).when(is_far_off));
    assert_eq!(mood(&small).await.unwrap().value, Mood::Unclear);
    assert_eq!(large.spend().attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn samples_that_agree_too_little_are_asked_of_a_surer_model_too() {
    let large = failing("large", Failure::Overloaded);
    let small = answering("small", SECOND, r#"{"label":"Good"}"#);
    let other = answering("small", SECOND, r#"{"label":"Bad"}"#);
    for small in [small, other] {
        let llm = small.fallback(Fallback::escalate(&large));
        let mood = zyn::classify::<Mood>("What is the mood?");
        // all samples agree, and more is asked for than there is
        let mood = mood.agreement(2).confidence(1.0);
        let answer = mood.fire(&llm, &mut Session::new(), "Hm.").await;
        assert!(answer.is_ok());
        assert_eq!(llm.spend().failed.total(), 0);
    }
}
