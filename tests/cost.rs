//! What is paid is told: by turn, session, run and `Llm`, in tokens and in dollars, whatever came of it.

use serde_json::json;
use zyn::cost::{Price, Prices};
use zyn::prelude::*;
use zyn::testing::Scripted;
use zyn::{Failure, Message, Provider, ProviderError, Request, Response, Usage, Window};
use zyn_tests::{Reply, Server};

workflow!(
    pub async fn count(letter: &str) -> String {
        let parcels = extract::<u8>("The number of parcels", letter);
        let text = transform("Say that there are {parcels}", letter);
        text
    }
);

/// An answer that cost 100 tokens to read and 10 to write.
fn paid(text: &str) -> Response {
    Response::new(text, Usage::new(100, 10))
}

fn usage(answers: u64) -> Usage {
    Usage::new(100 * answers, 10 * answers)
}

fn refused() -> ProviderError {
    let mut error = ProviderError::new("test", Failure::Refusal);
    error.usage = Some(usage(1));
    error
}

/// A model under another name.
struct Named(&'static str, Scripted);

impl Provider for Named {
    fn name(&self) -> &str {
        self.1.name()
    }
    fn model(&self) -> &str {
        self.0
    }
    fn profile(&self) -> zyn::Profile {
        self.1.profile()
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
    ) -> zyn::BoxFuture<'a, Result<Response, ProviderError>> {
        self.1.call(request)
    }
}

fn named(model: &'static str, answers: &[&str]) -> Llm {
    let script = answers.iter().map(|text| paid(text));
    Llm::new(Named(model, Scripted::new(script)))
}

/// An answer costs 100 × $1 + 10 × $10 a million of `small`, and ten times that of `large`.
fn prices() -> Prices {
    Prices::new()
        .price("small", Price::new(1_000_000, 10_000_000))
        .price("large", Price::new(10_000_000, 100_000_000))
}

const PARCELS: &str = r#"{"value":3}"#;

#[tokio::test]
async fn a_conversation_with_two_models_costs_what_each_asks_and_keeps_it_over_edits_and_storage() {
    let (small, large) = (
        named("small", &["a", "b"]),
        named("large-2026-01-31", &["c"]),
    );
    let mut session = Session::named("mixed");
    let shorten = zyn::transform("Shorten it");
    for llm in [&small, &large, &small] {
        shorten.fire(llm, &mut session, "text").await.unwrap();
    }
    let cost = |session: &Session| prices().total(session.bill()).unwrap().to_string();
    assert_eq!(cost(&session), "$0.0024");
    let asked: Vec<_> = session
        .messages()
        .iter()
        .filter_map(Message::asked)
        .collect();
    assert_eq!(asked, ["small", "large-2026-01-31", "small"]);

    session.prune_turns(2);
    session.remove(0).unwrap();
    session.clear();
    assert_eq!(
        (cost(&session), session.usage()),
        ("$0.0024".to_owned(), usage(3))
    );
    let stored = serde_json::to_string(&session).unwrap();
    let read: Session = serde_json::from_str(&stored).unwrap();
    assert_eq!((&read, cost(&read)), (&session, "$0.0024".to_owned()));

    let unpriced = Prices::new().price("small", Price::new(1, 1));
    assert_eq!(
        unpriced.total(session.bill()),
        None,
        "not a cost without the other model"
    );
}

#[test]
fn a_session_stored_without_models_has_usage_and_no_cost() {
    let stored = json!({
        "version": 1, "id": "old", "messages": [],
        "usage": { "input_tokens": 7, "output_tokens": 1 }, "last_usage": null,
    });
    let session: Session = serde_json::from_value(stored).unwrap();
    assert_eq!(session.usage(), Usage::new(7, 1));
    assert_eq!(prices().total(session.bill()), None);
    assert_eq!(
        prices().total(Session::new().bill()).unwrap().to_string(),
        "$0.00"
    );
}

#[tokio::test]
async fn a_summary_is_billed_to_the_model_that_made_it() {
    let (small, large) = (
        named("small", &["They spoke."]),
        named("large", &["a", "b"]),
    );
    let mut session = Session::new();
    session.set_window(Window::last_turns(0).summarise(&small));
    let shorten = zyn::transform("Shorten it");
    for _ in 0..2 {
        shorten.fire(&large, &mut session, "text").await.unwrap();
    }
    let models: Vec<_> = session.bill().models().collect();
    assert_eq!(models, [("large", usage(2)), ("small", usage(1))]);
    let cost = prices().total(session.bill()).unwrap();
    assert_eq!(cost.to_string(), "$0.0042");
}

#[tokio::test]
async fn what_failed_is_paid_and_stays_paid_when_the_session_rolls_back() {
    let llm = Llm::new(Named(
        "small",
        Scripted::new([paid("three"), paid(PARCELS)]).then(refused()),
    ));
    let mut session = Session::new();
    let before = session.clone();
    let (outcome, report) = count("Three parcels")
        .run_detailed(&llm, &mut session)
        .await;
    let error = outcome.unwrap_err();

    assert_eq!(session, before);
    assert_eq!(prices().total(session.bill()).unwrap().to_string(), "$0.00");
    let spend = llm.spend();
    assert_eq!(
        (spend.attempts, spend.usage, spend.failed),
        (3, usage(3), usage(2))
    );
    let cost = prices().cost(llm.model(), spend.usage).unwrap();
    assert_eq!(cost.to_string(), "$0.0006");
    assert_eq!(
        prices().total(&report.bill()),
        Some(cost),
        "the run tells the same"
    );
    assert_eq!(
        (report.usage(), report.spent(), error.usage()),
        (usage(1), usage(3), usage(1))
    );
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|it| (it.usage, it.spent, &*it.asked))
        .collect();
    assert_eq!(
        steps,
        [
            (Some(usage(1)), usage(2), "small"),
            (None, usage(1), "small")
        ]
    );
}

#[tokio::test]
async fn a_fork_that_is_dropped_costs_the_session_nothing_and_the_llm_what_it_cost() {
    let llm = named("small", &["a", "b"]);
    let mut session = Session::new();
    let shorten = zyn::transform("Shorten it");
    shorten.fire(&llm, &mut session, "text").await.unwrap();
    let mut fork = session.clone();
    shorten.fire(&llm, &mut fork, "text").await.unwrap();
    drop(fork);
    assert_eq!((session.usage(), llm.spend().usage), (usage(1), usage(2)));
    assert_eq!(llm.spend().failed, Usage::default(), "it was a good answer");
}

#[tokio::test]
async fn an_answer_tells_what_it_cost_and_what_all_attempts_cost() {
    let llm = named("small", &["three", PARCELS]);
    let parcels = zyn::extract::<u8>("The number of parcels");
    let mut session = Session::new();
    let answer = parcels
        .fire_detailed(&llm, &mut session, "Three")
        .await
        .unwrap();
    assert_eq!((answer.usage, answer.spent), (Some(usage(1)), usage(2)));
    let cost = |usage| prices().cost(&answer.asked, usage).unwrap().to_string();
    assert_eq!(
        (cost(answer.spent), cost(session.usage())),
        ("$0.0004".into(), "$0.0002".into())
    );
    let message = session.at(1).unwrap();
    assert_eq!(
        (message.usage(), message.asked()),
        (Some(usage(1)), Some("small"))
    );
}

#[tokio::test]
async fn cached_and_reasoning_tokens_are_read_from_the_reply_and_priced() {
    let server = Server::new([Reply::counted(
        "Hello",
        json!({
            "prompt_tokens": 2000, "completion_tokens": 300,
            "prompt_tokens_details": { "cached_tokens": 1500 },
            "completion_tokens_details": { "reasoning_tokens": 250 },
        }),
    )]);
    let llm = server.llm();
    let mut session = Session::new();
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    let usage = session.usage();
    assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (1500, 250));
    // 500 × $2 + 1500 × $0.5 + 300 × $8 a million
    let prices = Prices::new().price("m", Price::new(2_000_000, 8_000_000).cached(500_000));
    assert_eq!(
        prices.total(session.bill()).unwrap().to_string(),
        "$0.00415"
    );
}

#[tokio::test]
async fn a_server_that_counts_nothing_leaves_no_number_that_nobody_gave() {
    let counted = json!({ "prompt_tokens": 10, "completion_tokens": 5 });
    let server = Server::new([
        Reply::counted("Hello", counted),
        Reply::counted("Hello", json!(null)),
    ]);
    let llm = server.llm();
    let mut session = Session::new();
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(session.last_usage(), Some(Usage::new(10, 5)));
    let answer = greet
        .fire_detailed(&llm, &mut session, "Bob")
        .await
        .unwrap();
    assert_eq!((answer.usage, answer.spent), (None, Usage::default()));
    assert_eq!(
        session.last_usage(),
        None,
        "not the turn before, and not zero"
    );
    assert_eq!(session.at(3).unwrap().usage(), None);
    assert_eq!(session.usage(), Usage::new(10, 5));
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (2, 1));
    assert_eq!(session.bill().uncounted(), 1);
    let stored = serde_json::to_string(&session).unwrap();
    let read: Session = serde_json::from_str(&stored).unwrap();
    let prices = Prices::new().price(llm.model(), Price::new(1, 1));
    assert_eq!(
        prices.total(read.bill()),
        None,
        "what nobody counted has no price"
    );
}

workflow!(
    async fn greeted(letter: &str, small: &Llm) -> String {
        let hello = transform("Greet", letter).using(small);
        let goodbye = transform("Take leave of {hello}", letter);
        goodbye
    }
);

workflow!(
    /// Answer a letter, with all that there is.
    async fn everything(letter: &str, small: &Llm) -> String {
        let parcels = extract::<u8>("The number of parcels", letter);
        let (late, angry) = join(
            binary("Is it late?", letter),
            binary("Is it angry?", letter).using(small),
        );
        let tone = transform("The tone", letter).using(small) else {
            "calm".to_owned()
        };
        let mut text = letter.to_owned();
        for _round in 0..2 {
            let draft = transform("Answer {parcels} {late} {angry} {tone}", &text);
            text = draft;
        }
        let summary = compact("Sum up", Window::last_turns(1)).using(small);
        let language = transform("The language", letter).alone();
        let end = run(greeted(letter, small));
        let second = run(greeted(letter, small)) else {
            "Yours".to_owned()
        };
        let (one, other) = join(
            transform("One", letter),
            transform("Other", letter).using(small),
        ) else {
            (String::new(), String::new())
        };
        let last = transform("Put it together", letter);
        format!("{text}{summary}{language}{end}{second}{one}{other}{last}")
    }
);

/// A model whose call fails where there is no answer, and is paid nevertheless.
fn failing(model: &'static str, answers: &[Option<&str>]) -> Llm {
    let none: [Response; 0] = [];
    let script = answers
        .iter()
        .fold(Scripted::new(none), |script, text| match text {
            Some(text) => script.then(paid(text)),
            None => script.then(refused()),
        });
    Llm::new(Named(model, script))
}

#[tokio::test]
async fn whatever_a_run_is_made_of_its_report_sums_up_to_the_ledgers() {
    let yes = Some(r#"{"answer":true}"#);
    let large = failing(
        "large",
        &[
            Some("three"),
            Some(PARCELS),
            yes,
            Some("round 0"),
            Some("round 1"),
            Some("English"),
            Some("goodbye"),
            None,        // in `second`, behind a step that was answered
            Some("one"), // in the last join, whose other lane fails
            Some("last"),
        ],
    );
    let small = failing(
        "small",
        &[
            yes,
            None, // the tone
            Some("a summary"),
            Some("hello"),
            Some("hello again"),
            None, // the last join
        ],
    );
    let mut session = Session::new();
    let run = everything("A letter", &small).run_detailed(&large, &mut session);
    let (outcome, report) = run.await;
    let text = outcome.unwrap();
    assert!(text.ends_with("goodbyeYourslast"), "{text}");

    let ledgers = [("large", large.spend()), ("small", small.spend())];
    let paid = ledgers.map(|(model, spend)| (model, spend.usage));
    assert_eq!(paid, [("large", usage(10)), ("small", usage(6))]);
    assert!(report.bill().models().eq(paid));
    let attempts: u64 = ledgers.iter().map(|(_, spend)| spend.attempts).sum();
    assert_eq!(u64::from(report.attempts()), attempts);
    // one answer was invalid and three failed; of the others, an `else` rolled back the first lane and the greeting
    assert_eq!((report.usage(), session.usage()), (usage(10), usage(10)));
}
