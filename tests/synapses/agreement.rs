//! Several samples of one answer, and how many of them agree.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use zyn::prelude::*;
use zyn::refusal::OptionProblem;
use zyn::testing::{Fake, Reply, Scripted};
use zyn::{Answer, Confidence, ErrorKind, Failure, Response, Usage};

use crate::ask::{Mood, Person, ada, fields, model, refused};

const CALM: &str = r#"{"label":"Calm"}"#;
const HAPPY: &str = r#"{"label":"Happy"}"#;
const ANGRY: &str = r#"{"label":"Angry"}"#;

fn mood(samples: u32) -> zyn::Synapse<Mood> {
    zyn::classify::<Mood>("Which?").agreement(samples)
}

fn agreement(agreed: u32, samples: u32) -> Confidence {
    Confidence::Agreement { agreed, samples }
}

/// What the samples with these replies come to.
async fn sampled<const N: usize>(replies: [&str; N]) -> Answer<Mood> {
    let samples = u32::try_from(N).unwrap();
    let (llm, recording) = model(replies);
    let mut session = Session::new();
    let answer = mood(samples)
        .fire_detailed(&llm, &mut session, "x")
        .await
        .unwrap();
    assert_eq!((session.len(), answer.attempts), (2, samples));
    let requests = recording.requests();
    for request in &requests {
        assert_eq!(fields(request), ["label"]);
        assert_eq!(
            (request.prompt.text(), request.logprobs),
            (requests[0].prompt.text(), false)
        );
    }
    answer
}

#[tokio::test]
async fn the_answer_of_most_samples_is_taken() {
    let answer = sampled([ANGRY, CALM, CALM]).await;
    assert_eq!(
        (answer.value, answer.confidence),
        (Mood::Calm, agreement(2, 3))
    );
    let answer = sampled([CALM, CALM, CALM, CALM]).await;
    assert_eq!(
        (answer.value, answer.confidence),
        (Mood::Calm, agreement(4, 4))
    );
}

#[tokio::test]
async fn of_answers_that_as_many_give_the_first_is_taken() {
    for (replies, value) in [
        ([ANGRY, CALM, HAPPY, CALM, HAPPY], Mood::Calm),
        ([ANGRY, HAPPY, CALM, CALM, HAPPY], Mood::Happy),
    ] {
        let answer = sampled(replies).await;
        assert_eq!((answer.value, answer.confidence), (value, agreement(2, 5)));
    }
    let answer = sampled([HAPPY, CALM]).await;
    assert_eq!(
        (answer.value, answer.confidence),
        (Mood::Happy, agreement(1, 2))
    );
}

#[tokio::test]
async fn documents_agree_however_they_are_written() {
    let (llm, mut session) = (
        Llm::new(Scripted::new([
            r#"{"name":"Bob","email":null}"#,
            r#"{"name":"Ada","email":null}"#,
            "Here: {\"email\": null, \"name\": \"Ada\"}",
        ])),
        Session::new(),
    );
    let person = zyn::extract::<Person>("The person").agreement(3);
    let answer = person.fire_detailed(&llm, &mut session, "x").await.unwrap();
    assert_eq!((answer.value, answer.confidence), (ada(), agreement(2, 3)));
    assert_eq!(session.at(1).unwrap().text(), r#"{"name":"Ada"}"#);
}

fn paid(text: &str, usage: Usage) -> Reply {
    Response::new(text, usage).into()
}

#[tokio::test]
async fn a_sample_that_fails_agrees_with_none_and_all_are_paid() {
    let llm = Llm::new(Scripted::new([
        // asked again, and then valid
        paid("What?", Usage::new(1, 1)),
        paid(CALM, Usage::new(10, 1)),
        Failure::Refusal.into(),
        // never valid
        paid("What?", Usage::new(100, 1)),
        paid("What?", Usage::new(100, 1)),
        paid(CALM, Usage::new(1000, 1)),
    ]));
    let mut session = Session::new();
    let mood = mood(4).reask(1);
    let answer = mood.fire_detailed(&llm, &mut session, "x").await.unwrap();
    assert_eq!(
        (answer.value, answer.confidence),
        (Mood::Calm, agreement(2, 4))
    );
    assert_eq!(answer.attempts, 6);
    assert_eq!(answer.spent, Usage::new(1211, 5));
    assert_eq!(answer.usage, Some(Usage::new(1010, 2)));
    assert_eq!(session.usage(), Usage::new(1010, 2));
    // the answer's message has what its own attempt cost
    assert_eq!(session.at(1).unwrap().usage(), Some(Usage::new(10, 1)));
    assert_eq!(session.len(), 2);
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.usage), (6, Usage::new(1211, 5)));
    assert_eq!((spend.failed, spend.unknown), (Usage::new(201, 3), 1));
}

#[tokio::test]
async fn if_no_sample_is_valid_the_error_is_the_first_one_s() {
    let llm = Llm::new(Scripted::new([
        Reply::from("What?"),
        Failure::Refusal.into(),
        "What?".into(),
    ]));
    let mut session = Session::new();
    let error = mood(3)
        .reask(0)
        .fire(&llm, &mut session, "x")
        .await
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Malformed { .. }),
        "{error}"
    );
    assert_eq!((error.attempts(), error.usage()), (3, llm.spend().usage));
    assert!(session.is_empty());
}

#[tokio::test(start_paused = true)]
async fn samples_are_asked_for_at_the_same_time_and_share_the_time_limit() {
    let llm = Llm::new(Fake::new().latency(Duration::from_secs(9)));
    let mood = mood(5).timeout(Duration::from_secs(10));
    let answer = mood
        .fire_detailed(&llm, &mut Session::new(), "x")
        .await
        .unwrap();
    assert_eq!(answer.confidence, agreement(5, 5));
    let mood = mood.timeout(Duration::from_secs(8));
    let error = mood.fire(&llm, &mut Session::new(), "x").await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Deadline { .. }),
        "{error}"
    );
    assert_eq!((error.attempts(), llm.spend().unknown), (5, 5));
}

/// Answers `quick` times at once, and after that never.
struct Stuck {
    quick: AtomicU32,
}

impl zyn::Provider for Stuck {
    fn name(&self) -> &str {
        "stuck"
    }
    fn model(&self) -> &str {
        "stuck"
    }
    fn profile(&self) -> zyn::Profile {
        zyn::Profile::default()
    }
    fn call<'a>(
        &'a self,
        _: &'a zyn::Request,
    ) -> zyn::BoxFuture<'a, Result<Response, zyn::ProviderError>> {
        Box::pin(async {
            let less = |left: u32| left.checked_sub(1);
            match self
                .quick
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            {
                Ok(_) => Ok(Response::new(CALM, Usage::new(3, 1))),
                Err(_) => std::future::pending().await,
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_sample_that_is_not_there_in_time_agrees_with_none() {
    let llm = Llm::new(Stuck { quick: 2.into() });
    let mut session = Session::new();
    let answer = mood(3)
        .fire_detailed(&llm, &mut session, "x")
        .await
        .unwrap();
    assert_eq!((answer.confidence, answer.attempts), (agreement(2, 3), 3));
    assert_eq!((session.len(), answer.spent), (2, Usage::new(6, 2)));
}

#[tokio::test(start_paused = true)]
async fn a_fire_that_is_cancelled_among_its_samples_leaves_the_session_as_it_was() {
    let llm = Llm::new(Stuck { quick: 2.into() });
    let mut session = Session::new();
    session.append(zyn::Message::system("You are a judge."));
    let before = session.clone();
    let mood = mood(3);
    let fire = mood.fire(&llm, &mut session, "x");
    let cut_off = tokio::time::timeout(Duration::from_secs(1), fire).await;
    assert!(cut_off.is_err());
    assert_eq!(session, before);
    let spend = llm.spend();
    assert_eq!(
        (spend.attempts, spend.usage, spend.unknown),
        (3, Usage::new(6, 2), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn all_samples_together_have_the_retries_of_one() {
    let fails = Scripted::by(|_| Err(zyn::ProviderError::new("test", Failure::RateLimit)));
    let llm = Llm::new(fails);
    let error = mood(4)
        .retry(3)
        .fire(&llm, &mut Session::new(), "x")
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Provider(_)), "{error}");
    assert_eq!((error.attempts(), llm.spend().attempts), (4 + 3, 4 + 3));
}

#[tokio::test]
async fn a_threshold_compares_the_part_that_agreed() {
    let (llm, mut session) = (Llm::new(Scripted::new([CALM, HAPPY])), Session::new());
    let mood = mood(2).measured().confidence(0.6);
    let error = mood.fire(&llm, &mut session, "x").await.unwrap_err();
    let ErrorKind::LowConfidence {
        threshold,
        reported,
        reply,
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!((*threshold, *reported, reply.text()), (0.6, 0.5, CALM));
    let spend = llm.spend();
    assert_eq!((error.usage(), spend.failed), (spend.usage, spend.usage));
    assert!(session.is_empty());
    let llm = Llm::new(Scripted::new([CALM, CALM]));
    let answer = mood.fire_detailed(&llm, &mut session, "x").await.unwrap();
    assert_eq!(answer.confidence, agreement(2, 2));
}

#[derive(Debug, PartialEq, Classify)]
enum Verdict {
    Spam,
    Ham,
    #[classify(unsure)]
    Unclear,
}

#[tokio::test]
async fn the_unsure_label_stands_for_samples_that_do_not_agree() {
    let (spam, ham) = (
        r#"{"label":"Spam","runner_up":"Ham"}"#,
        r#"{"label":"Ham","runner_up":"Spam"}"#,
    );
    let (llm, mut session) = (Llm::new(Scripted::new([ham, spam])), Session::new());
    let verdict = zyn::classify::<Verdict>("Which?");
    let verdict = verdict.agreement(2).confidence(0.6).runner_up();
    let answer = verdict
        .fire_detailed(&llm, &mut session, "x")
        .await
        .unwrap();
    assert_eq!(
        (answer.value, answer.runner_up),
        (Verdict::Unclear, Some(Verdict::Ham))
    );
    assert_eq!(answer.confidence, agreement(1, 2));
    assert_eq!(session.at(1).unwrap().text(), "Unclear");
}

#[tokio::test]
async fn fewer_than_two_samples_cannot_agree() {
    for (samples, given) in [(0, 0), (1, 1)] {
        let refused = refused(&mood(samples), "x").await;
        let ErrorKind::BadOption {
            option: "agreement",
            problem,
        } = refused
        else {
            panic!("{refused}");
        };
        assert_eq!(problem, OptionProblem::TooSmall { given, least: 2 });
    }
}

workflow!(
    /// A step that is asked for three times, and one that is asked for once.
    async fn judge(text: &str) -> (Mood, bool) {
        let mood = classify::<Mood>("Which?", text)
            .agreement(3)
            .confidence(0.5)
            .max_tokens(7);
        let angry = binary("Is it angry?", text).measured();
        (mood, angry)
    }
);

#[tokio::test]
async fn a_run_reports_what_its_samples_and_its_tokens_say() {
    let answer = Reply::measured([(r#"{"answer":false}"#, 0.5)]);
    let llm = Llm::new(Scripted::new([ANGRY, CALM, CALM]).then(answer));
    let mut session = Session::new();
    let (value, report) = judge("Hm.").run_detailed(&llm, &mut session).await;
    assert_eq!(value.unwrap(), (Mood::Calm, false));
    assert_eq!(report.steps[0].confidence, agreement(2, 3));
    assert_eq!(report.steps[1].confidence, Confidence::Measured(0.5));
    assert_eq!((report.attempts(), session.len()), (4, 4));
    assert_eq!(
        (report.usage(), report.spent()),
        (session.usage(), llm.spend().usage)
    );
    let options = judge::graph().steps[0].options;
    assert_eq!(
        options,
        ["agreement(3)", "confidence(0.5)", "max_tokens(7)"]
    );
}

#[tokio::test]
async fn a_dry_run_and_a_budget_count_each_sample() {
    let dry = judge("Hm.").dry_run(&Session::new()).await;
    let [sampled, once] = dry.steps.as_slice() else {
        panic!("{dry}");
    };
    assert_eq!((sampled.samples, once.samples), (3, 1));
    assert_eq!((sampled.max_tokens, sampled.tokens % 3), (Some(21), 0));
    assert_eq!((sampled.history, once.history), (0, 2));
    let llm = Llm::new(Fake::new());
    let two_thirds = zyn::Budget::tokens((sampled.tokens + 21) * 2 / 3);
    let run = judge("Hm.")
        .budget(two_thirds)
        .run(&llm, &mut Session::new())
        .await;
    let error = run.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget(_)), "{error}");
    assert_eq!(llm.spend().attempts, 0);
}

#[tokio::test]
async fn samples_that_nobody_counted_count_as_they_were_estimated() {
    let dry = judge("Hm.").dry_run(&Session::new()).await;
    let all = dry.tokens() + 3 * 7;
    for (budget, is_enough) in [(all * 5 / 4, true), (all * 3 / 4, false)] {
        let llm = Llm::new(Scripted::by(|request| {
            let mut response = Response::default();
            let is_label = request.max_tokens.is_some();
            response.text = if is_label { CALM } else { r#"{"answer":true}"# }.to_owned();
            Ok(response)
        }));
        let run = judge("Hm.").budget(zyn::Budget::tokens(budget));
        let outcome = run.run(&llm, &mut Session::new()).await;
        assert_eq!(outcome.is_ok(), is_enough, "{budget} of {all}: {outcome:?}");
        assert_eq!(llm.spend().attempts, if is_enough { 4 } else { 3 });
    }
}

#[tokio::test]
async fn the_window_is_applied_once_for_all_samples() {
    let small = Llm::new(Scripted::new(["They spoke of the sky."]));
    let llm = Llm::new(Scripted::new([CALM, HAPPY, HAPPY, CALM, CALM, ANGRY]));
    let mut session = Session::new();
    session.set_window(zyn::Window::last_turns(0).summarise(&small));
    let mood = mood(3);
    assert_eq!(
        mood.fire(&llm, &mut session, "The sky?").await.unwrap(),
        Mood::Happy
    );
    assert_eq!(
        mood.fire(&llm, &mut session, "Grass?").await.unwrap(),
        Mood::Calm
    );
    let texts: Vec<_> = session
        .messages()
        .iter()
        .map(|it| it.text().to_owned())
        .collect();
    assert_eq!(texts.len(), 4);
    assert_eq!((&*texts[1], &*texts[3]), ("They spoke of the sky.", "Calm"));
    assert_eq!((llm.spend().attempts, small.spend().attempts), (6, 1));
}
