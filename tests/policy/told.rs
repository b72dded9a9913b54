//! What is told of calls, good and bad, and to whom.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use zyn::policy::{Attempt, Outcome, Reason};
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::testing::Scripted;
use zyn::{ErrorKind, Event, Failure, Response, StepReport, Usage};

use crate::model::{Model, failed, greet, seconds};

workflow!(
    async fn hello(name: &str) -> String {
        let text = transform("Greet", name);
        text
    }
);

/// A listener that keeps what has ended.
fn keep(ended: &Mutex<Vec<StepReport>>) -> impl Fn(&Event) + Send + Sync {
    |event| {
        if let Event::StepFinished(step) = event {
            ended.lock().unwrap().push(step.clone());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_within_the_callers_time_are_all_told_and_counted() {
    let llm = Llm::new(Scripted::by(|_| Ok(Response::new("Hi", Usage::new(2, 1)))));
    let ended = Mutex::default();
    for _ in 0..1_000 {
        let mut session = Session::new();
        let run = hello("Ada").on_event(keep(&ended));
        let run = run.run(&llm, &mut session);
        tokio::time::timeout(seconds(1), run)
            .await
            .unwrap()
            .unwrap();
    }
    let ended = ended.into_inner().unwrap();
    let good = ended.iter().filter(|step| step.error.is_none());
    let told = (good.count(), llm.spend().usage.total());
    println!(
        "{} finished events of 1000 and {} of 3000 tokens",
        told.0, told.1
    );
    assert_eq!(told, (1_000, 3_000));
}

fn was_cut_off(log: &[Attempt]) {
    let [attempt] = log else { panic!("{log:?}") };
    assert_eq!((&attempt.outcome, attempt.usage), (&Outcome::CutOff, None));
    assert_eq!(attempt.reason, Reason::First);
}

#[tokio::test(start_paused = true)]
async fn of_twenty_calls_that_the_deadline_ends_all_are_told() {
    let model = Model::after(seconds(60), "late");
    let llm = model.llm();
    let ended = Mutex::default();
    for _ in 0..20 {
        let run = hello("Ada").timeout(seconds(5)).on_event(keep(&ended));
        let (outcome, report) = run.run_detailed(&llm, &mut Session::new()).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
        was_cut_off(error.log());
        let [step] = &report.steps[..] else {
            panic!("{report:?}")
        };
        assert!(step.error.is_some());
        was_cut_off(&step.log);
    }
    // the same if it is the caller who goes: there is nobody to report to, and the listener and the ledger have it
    for _ in 0..20 {
        let run = hello("Ada").on_event(keep(&ended));
        let mut session = Session::new();
        let run = run.run(&llm, &mut session);
        assert!(tokio::time::timeout(seconds(5), run).await.is_err());
    }
    let ended = ended.into_inner().unwrap();
    assert_eq!(ended.len(), 40);
    for step in &ended {
        assert!(step.error.is_some());
        was_cut_off(&step.log);
        assert_eq!((step.attempts, step.uncounted), (1, 1));
    }
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (40, 40));
}

/// What the spans of the attempts of this model say of their ends.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<String>>>);

const TRACED: &str = "traced";

/// Reads two of a span's fields.
#[derive(Default)]
struct Fields {
    model: String,
    error: Option<String>,
}

impl Visit for Fields {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "gen_ai.request.model" => self.model = value.to_owned(),
            "error.type" => self.error = Some(value.to_owned()),
            _ => {}
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ends {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        span.extensions_mut().insert(fields.model);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let span = context.span(id).unwrap();
        let extensions = span.extensions();
        let model = extensions.get::<String>().unwrap();
        self.0
            .lock()
            .unwrap()
            .extend(fields.error.filter(|_| model == TRACED));
    }
}

#[tokio::test(start_paused = true)]
async fn the_spans_of_attempts_say_which_were_cut_off() {
    let ends = Ends::default();
    let subscriber = tracing_subscriber::registry().with(ends.clone());
    // for all tests of this program: one for this thread alone misses places that another thread comes to first
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let late = Model::after(seconds(60), "late").named(TRACED);
    greet(&late.llm().timeout(seconds(5))).await.unwrap_err();
    let gone = tokio::time::timeout(seconds(5), greet(&late.llm())).await;
    assert!(gone.is_err());
    let down = Model::failing(Failure::Overloaded).named(TRACED);
    greet(&down.llm().retry(0)).await.unwrap_err();
    greet(&late.llm()).await.unwrap();
    let ends = ends.0.lock().unwrap().clone();
    assert_eq!(ends, ["cut_off", "cut_off", "overloaded"]);
}

#[tokio::test(start_paused = true)]
async fn who_listens_sees_each_failure_and_cannot_change_it() {
    let mut wrong = failed(Failure::Auth);
    wrong.status = Some(401);
    let shown = wrong.to_string();
    let model = Model::by(move |_| (seconds(1), Err(wrong.clone())));
    let ended = Mutex::default();
    let run = hello("Ada").on_event(keep(&ended));
    let (outcome, report) = run.run_detailed(&model.llm(), &mut Session::new()).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.provider().unwrap().status, Some(401));
    let ended = ended.into_inner().unwrap();
    assert_eq!(ended, report.steps, "the report is what was heard");
    let [step] = &ended[..] else {
        panic!("{ended:?}")
    };
    assert_eq!(step.error.as_deref(), Some(&*shown));
    assert_eq!((step.attempts, step.elapsed), (1, seconds(1)));
    assert_eq!(step.log, error.log());
}

#[tokio::test(start_paused = true)]
async fn an_error_says_the_cause_and_has_each_attempt_that_led_to_it() {
    let model = Model::giving([Err(Failure::Connect), Err(Failure::Overloaded)]);
    let spare = Model::failing(Failure::Auth).named("spare");
    let llm = model.llm().retry(1).fallback(spare.llm());
    let run = hello("Ada").run(&llm, &mut Session::new()).await;
    let error = run.unwrap_err();
    let told = "step `text`: model did not accept the key; check it and what it is allowed to do (after 3 attempts)";
    assert_eq!(error.to_string(), told);
    let log: Vec<_> = error
        .log()
        .iter()
        .map(|it| (&*it.model, it.reason, it.outcome.clone()))
        .collect();
    let failed = |how: &str| Outcome::Failed(how.to_owned());
    assert_eq!(
        log,
        [
            ("model", Reason::First, failed("connect")),
            ("model", Reason::Retry, failed("overloaded")),
            ("spare", Reason::Fallback, failed("auth")),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn whether_an_error_can_pass_is_asked_of_it_and_not_read_in_its_text() {
    for (kind, class) in [
        (Failure::Connect, Class::NotSent),
        (Failure::RateLimit, Class::Rejected),
        (Failure::Server, Class::Ambiguous),
        (Failure::Refusal, Class::InvalidReply),
        (Failure::Auth, Class::Terminal),
    ] {
        let model = Model::by(move |_| {
            let mut error = failed(kind.clone());
            error.status = Some(418);
            error.code = Some("teapot".to_owned());
            error.retry_after = Some(seconds(3));
            (seconds(0), Err(error))
        });
        let error = greet(&model.llm().retry(0)).await.unwrap_err();
        let can_pass = !matches!(class, Class::InvalidReply | Class::Terminal);
        assert_eq!((error.class(), error.is_retryable()), (class, can_pass));
        assert_eq!(error.retry_after(), Some(seconds(3)));
        let failed = error.provider().unwrap();
        let parts = (failed.status, failed.code.as_deref());
        assert_eq!(parts, (Some(418), Some("teapot")));
    }
}
