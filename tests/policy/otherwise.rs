//! A value for where no model gives one.

use std::time::Duration;

use zyn::policy::{Outcome, Reason};
use zyn::prelude::*;
use zyn::{Budget, Confidence, ErrorKind, Failure, StepReport, Synapse, Usage};

use crate::model::{Model, answer, seconds};

fn refund() -> Synapse<bool> {
    zyn::binary("Is a refund due?").otherwise(false)
}

#[tokio::test(start_paused = true)]
async fn a_fire_gives_it_and_says_what_it_stands_for_and_what_was_paid() {
    let model = Model::by(|_| (Duration::ZERO, Ok(answer("perhaps"))));
    let llm = model.llm();
    let mut session = Session::new();
    session.append(zyn::Message::user("before"));
    let before = session.clone();
    let answer = refund().fire_detailed(&llm, &mut session, "Late!").await;
    let answer = answer.unwrap();
    assert!(!answer.value);
    let instead_of = answer.instead_of.unwrap();
    assert!(
        matches!(instead_of, ErrorKind::Malformed { .. }),
        "{instead_of}"
    );
    assert_eq!((answer.attempts, answer.log.len()), (3, 3));
    assert_eq!((answer.usage, answer.spent), (None, llm.spend().usage));
    assert_eq!(answer.confidence, Confidence::NotScored);
    assert_eq!(answer.asked, "model");
    assert_eq!(session, before);
    assert_eq!(session.usage(), Usage::default());
}

#[tokio::test(start_paused = true)]
async fn it_stands_for_all_that_another_try_could_have_brought() {
    use Failure::*;
    for kind in [
        Connect,
        RateLimit,
        Server,
        Interrupted,
        Quota,
        Refusal,
        Truncated,
        Empty,
    ] {
        let llm = Model::failing(kind.clone()).llm();
        let fired = refund().fire(&llm, &mut Session::new(), "Late!").await;
        assert!(!fired.unwrap(), "{kind:?}");
    }
    let llm = Model::after(seconds(60), "late").llm().timeout(seconds(1));
    let answer = refund()
        .fire_detailed(&llm, &mut Session::new(), "Late!")
        .await;
    let instead_of = answer.unwrap().instead_of;
    assert!(matches!(instead_of, Some(ErrorKind::Deadline { .. })));
    let llm = Model::giving([Ok(r#"{"answer":true,"confidence":0.2}"#)]).llm();
    let sure = refund().confidence(0.9);
    assert!(!sure.fire(&llm, &mut Session::new(), "Late!").await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_can_never_succeed_is_not_masked() {
    use Failure::*;
    for kind in [Auth, NotFound, Rejected, ContextWindow, Redirect] {
        let llm = Model::failing(kind.clone()).llm();
        let error = refund().fire(&llm, &mut Session::new(), "Late!").await;
        assert_eq!(error.unwrap_err().provider().unwrap().kind, kind);
    }
    let yes = Model::after(Duration::ZERO, r#"{"answer":true}"#);
    let error = refund().fire(&yes.llm(), &mut Session::new(), " ").await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::EmptyInput));
    let poor = yes.llm().budget(Budget::attempts(0));
    let error = refund().fire(&poor, &mut Session::new(), "Late!").await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Budget(_)));
    assert_eq!(yes.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_answers_is_believed_and_so_is_a_fallback() {
    let yes = r#"{"answer":true}"#;
    let llm = Model::giving([Ok(yes)]).llm();
    let mut session = Session::new();
    let answer = refund().fire_detailed(&llm, &mut session, "Late!").await;
    let answer = answer.unwrap();
    assert!(answer.value && answer.instead_of.is_none());
    assert_eq!(session.len(), 2);
    let down = Model::failing(Failure::Connect);
    let llm = down.llm().fallback(Model::giving([Ok(yes)]).llm());
    assert!(refund().fire(&llm, &mut session, "Late!").await.unwrap());
}

workflow!(
    async fn reply(ticket: &str) -> String {
        let refund = binary("Is a refund due?", ticket).otherwise(false);
        let text = transform("Write a reply; refund: {refund}", ticket);
        text
    }
);

/// Runs `reply`, whose first step fails so; the second is answered.
async fn replied(kind: Failure) -> (Result<String, zyn::Error>, Vec<StepReport>, Session) {
    let model = Model::giving([Err(kind), Ok("Dear Ada")]);
    let mut session = Session::new();
    let llm = model.llm().retry(0);
    let (outcome, report) = reply("Late!").run_detailed(&llm, &mut session).await;
    (outcome, report.steps, session)
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_with_it_and_the_report_says_that_the_step_failed_and_was_handled() {
    let (outcome, steps, session) = replied(Failure::Overloaded).await;
    assert_eq!(outcome.unwrap(), "Dear Ada");
    let [refund, text] = &steps[..] else {
        panic!("{steps:?}")
    };
    assert!(refund.handled);
    let why = refund.error.as_deref().unwrap();
    assert!(why.contains("model is over capacity"), "{why}");
    let log: Vec<_> = refund
        .log
        .iter()
        .map(|it| (it.reason, &it.outcome))
        .collect();
    let overloaded = Outcome::Failed("overloaded".to_owned());
    assert_eq!(log, [(Reason::First, &overloaded)]);
    assert_eq!((text.handled, text.error.as_deref()), (false, None));
    // what no model said is not in the conversation, and the next step was told the value
    assert_eq!(session.len(), 2);
    assert!(session.at(0).unwrap().text().contains("false"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_ends_the_run_and_is_not_handled() {
    let (outcome, steps, session) = replied(Failure::Auth).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.step(), Some("refund"));
    assert_eq!(error.provider().unwrap().kind, Failure::Auth);
    assert_eq!((steps.len(), steps[0].handled), (1, false));
    assert!(session.is_empty());
}
