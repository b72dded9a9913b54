//! A run and a fire are all or nothing: whatever ends them, the session equals its clone from before.

use std::future::{self, Future};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use zyn::prelude::*;
use zyn::testing::{Reply, Scripted};
use zyn::{
    BoxFuture, Error, ErrorKind, Failure, Message, Profile, Provider, ProviderError, Request,
    Response, Spend, Usage,
};
use zyn_tests::Server;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Urgency {
    Low,
    High,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema, Extract)]
pub struct Plan {
    #[extract(validate = not_forbidden)]
    action: String,
    days: u8,
}

fn not_forbidden(action: &str) -> Result<(), String> {
    match action {
        "panic" => panic!("the field's validator panics"),
        "forbidden" => Err("is forbidden".to_owned()),
        _ => Ok(()),
    }
}

fn anything(_: &Plan) -> Result<(), String> {
    Ok(())
}

fn panics(_: &Plan) -> Result<(), String> {
    panic!("the step's validator panics")
}

workflow!(
    /// Three steps; the second can fail in every way.
    pub async fn handle(ticket: &str, check: fn(&Plan) -> Result<(), String>) -> String {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        let plan = extract::<Plan>("The plan for {urgency}", ticket)
            .validate(check)
            .timeout(Duration::from_secs(60));
        let reply = transform("Write a reply", "{plan.action} in {plan.days} days");
        reply
    }
);

const TICKET: &str = "The heating is off.";
const LOW: &str = r#"{"label":"Low"}"#;
const PLAN: &str = r#"{"action":"repair","days":2}"#;
const REPLY: &str = "We will repair it.";

/// A conversation that has gone on for a turn, so that there is something to lose.
async fn conversation() -> Session {
    let llm = Llm::new(Scripted::new(["Hello"]));
    let mut session = Session::named("atomic");
    session.append(Message::system("Be kind."));
    let greet = zyn::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(session.len(), 3);
    session
}

/// Runs the workflow to its end on a session that a failure has left behind.
async fn the_next_run_works(session: &mut Session) {
    let llm = Llm::new(Scripted::new([LOW, PLAN, REPLY]));
    let before = session.clone();
    let reply = handle(TICKET, anything).run(&llm, session).await.unwrap();
    assert_eq!(reply, REPLY);
    assert_eq!(session.len(), before.len() + 6);
    assert_eq!(session.messages()[..before.len()], *before.messages());
    assert_eq!(
        session.usage(),
        before.usage() + llm.spend().usage,
        "a run without failures commits all that it spent"
    );
}

fn failing(second: Vec<Reply>) -> Llm {
    let script = [Reply::from(LOW)].into_iter().chain(second);
    Llm::new(Scripted::new(script)).retry(0)
}

fn paid(kind: Failure) -> ProviderError {
    let mut error = ProviderError::new("scripted", kind);
    error.usage = Some(Usage::new(7, 1));
    error
}

#[tokio::test(start_paused = true)]
async fn a_second_step_that_fails_leaves_no_trace_and_the_next_run_works() {
    let invalid = |answer: &str| vec![Reply::from(answer), answer.into(), answer.into()];
    let not_a_plan = r#"{"action":"repair","days":"soon"}"#;
    let forbidden = r#"{"action":"forbidden","days":1}"#;
    let cases: Vec<(&str, Vec<Reply>, u32)> = vec![
        ("no connection", vec![Failure::Connect.into()], 1),
        ("the server failed", vec![Failure::Server.into()], 1),
        ("wrong key", vec![Failure::Auth.into()], 1),
        ("invalid after two re-asks", invalid(not_a_plan), 3),
        ("no JSON after two re-asks", invalid("soon"), 3),
        ("refused by a validator thrice", invalid(forbidden), 3),
        ("refusal", vec![paid(Failure::Refusal).into()], 1),
        ("truncation", vec![paid(Failure::Truncated).into()], 1),
        ("nothing", vec![Reply::from("  ")], 1),
        ("the filter", vec![paid(Failure::Filtered).into()], 1),
        (
            "a later re-ask fails",
            vec!["x".into(), Failure::Auth.into()],
            2,
        ),
    ];
    for (name, second, attempts) in cases {
        let mut session = conversation().await;
        let before = session.clone();
        let llm = failing(second);
        let (outcome, report) = handle(TICKET, anything)
            .run_detailed(&llm, &mut session)
            .await;
        let error = outcome.unwrap_err();
        assert_eq!(session, before, "{name}");
        assert_eq!(error.step(), Some("plan"), "{name}");
        assert_eq!(error.attempts(), attempts, "{name}");
        let reported = report.steps[1].error.as_deref().unwrap();
        assert!(error.to_string().ends_with(reported), "{name}: {reported}");
        assert_eq!(
            llm.spend().usage,
            report.steps[0].usage + error.usage(),
            "what failed was paid too: {name}"
        );
        the_next_run_works(&mut session).await;
    }
}

/// Runs `future` on a runtime of its own and says whether it panicked.
fn panicked<T>(future: impl Future<Output = T>) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(future))).is_err()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

#[test]
fn a_validator_that_panics_leaves_no_trace_and_the_next_run_works() {
    let of_the_field = r#"{"action":"panic","days":1}"#;
    let cases: [(&str, fn(&Plan) -> Result<(), String>); 2] =
        [(of_the_field, anything), (PLAN, panics)];
    for (answer, check) in cases {
        let mut session = block_on(conversation());
        let before = session.clone();
        let llm = Llm::new(Scripted::new([LOW, answer]));
        assert!(panicked(handle(TICKET, check).run(&llm, &mut session)));
        assert_eq!(session, before);
        assert_eq!(llm.spend().attempts, 2);
        assert_eq!(llm.spend().unknown, 0, "both answers came and were paid");
        block_on(the_next_run_works(&mut session));
    }
}

#[test]
fn a_fire_whose_validator_panics_leaves_no_trace() {
    for (answer, check) in [
        (r#"{"action":"panic","days":1}"#, anything as fn(&Plan) -> _),
        (PLAN, panics),
    ] {
        let mut session = block_on(conversation());
        let before = session.clone();
        let llm = Llm::new(Scripted::new([answer]));
        let plan = zyn::extract::<Plan>("The plan").validate(check);
        assert!(panicked(plan.fire(&llm, &mut session, TICKET)));
        assert_eq!(session, before);
        block_on(the_next_run_works(&mut session));
    }
}

#[derive(Debug, PartialEq)]
pub enum Mine {
    OutOfHours,
    Zyn(String),
}

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self::Zyn(error.to_string())
    }
}

workflow!(
    /// Ordinary Rust between the steps ends it, in its own words.
    pub async fn early(ticket: &str, how: &str) -> Result<String, Mine> {
        let urgency = classify::<Urgency>("How urgent is it?", ticket);
        match how {
            "fail" => return Err(Mine::OutOfHours),
            "panic" => panic!("the body panics"),
            _ => {}
        }
        let reply = transform("Write a reply to a {urgency} ticket", ticket);
        Ok(reply)
    }
);

#[tokio::test]
async fn an_error_of_the_bodys_own_leaves_no_trace_and_the_next_run_works() {
    let mut session = conversation().await;
    let before = session.clone();
    let llm = Llm::new(Scripted::new([LOW]));
    let run = early(TICKET, "fail").run(&llm, &mut session).await;
    assert_eq!(run, Err(Mine::OutOfHours));
    assert_eq!(session, before);
    the_next_run_works(&mut session).await;
}

#[test]
fn a_body_or_a_listener_that_panics_leaves_no_trace() {
    let mut session = block_on(conversation());
    let before = session.clone();
    let llm = Llm::new(Scripted::new([LOW, LOW, REPLY]));
    assert!(panicked(early(TICKET, "panic").run(&llm, &mut session)));
    assert_eq!(session, before);
    let heard = AtomicU64::new(0);
    let listener = |_: &zyn::Event| {
        // The last of the two steps has ended; only the commit is left.
        assert!(
            heard.fetch_add(1, Ordering::SeqCst) < 3,
            "the listener panics"
        );
    };
    let run = early(TICKET, "go on").on_event(listener);
    assert!(panicked(run.run(&llm, &mut session)));
    assert_eq!(session, before);
    assert_eq!(llm.spend().attempts, 3);
    block_on(the_next_run_works(&mut session));
}

/// Answers after it has made the caller wait for so many polls, or never.
struct Slow {
    script: Scripted,
    polls: usize,
    /// The call from which on there is no answer.
    hangs_at: u64,
    calls: AtomicU64,
    /// Calls that have begun and not ended.
    open: Arc<AtomicU64>,
    /// Calls that have ended without saying what they cost.
    unreported: Arc<AtomicU64>,
}

impl Slow {
    fn new(script: Scripted, polls: usize) -> Self {
        Self {
            script,
            polls,
            hangs_at: u64::MAX,
            calls: AtomicU64::new(0),
            open: Arc::default(),
            unreported: Arc::default(),
        }
    }

    fn hanging_at(mut self, call: u64) -> Self {
        self.hangs_at = call;
        self
    }
}

impl Provider for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn model(&self) -> &str {
        "slow"
    }

    fn profile(&self) -> Profile {
        self.script.profile()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            self.open.fetch_add(1, Ordering::SeqCst);
            if self.calls.fetch_add(1, Ordering::SeqCst) >= self.hangs_at {
                future::pending::<()>().await;
            }
            for _ in 0..self.polls {
                once_pending().await;
            }
            let outcome = self.script.call(request).await;
            let known = match &outcome {
                Ok(response) => response.usage.is_some(),
                Err(error) => error.usage.is_some() || error.kind == Failure::Connect,
            };
            if !known {
                self.unreported.fetch_add(1, Ordering::SeqCst);
            }
            self.open.fetch_sub(1, Ordering::SeqCst);
            outcome
        })
    }
}

async fn once_pending() {
    let mut waited = false;
    future::poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_leaves_no_trace_and_the_next_run_works() {
    let scripted = || Scripted::new([LOW]);
    for name in [
        "the step's limit",
        "the attempt's limit",
        "the caller's limit",
    ] {
        let mut session = conversation().await;
        let before = session.clone();
        let mut llm = Llm::new(Slow::new(scripted(), 1).hanging_at(1)).retry(0);
        if name == "the attempt's limit" {
            llm = llm.attempt_timeout(Duration::from_secs(5));
        }
        let start = tokio::time::Instant::now();
        let run = handle(TICKET, anything).run(&llm, &mut session);
        let error: Option<Error> = if name == "the caller's limit" {
            let limited = tokio::time::timeout(Duration::from_secs(3), run).await;
            assert!(limited.is_err());
            None
        } else {
            Some(run.await.unwrap_err())
        };
        let seconds = start.elapsed().as_secs();
        match (name, error.as_ref().map(Error::kind)) {
            ("the step's limit", Some(ErrorKind::Deadline { limit })) => {
                assert_eq!((limit.as_secs(), seconds), (60, 60));
            }
            ("the attempt's limit", Some(ErrorKind::Provider(error))) => {
                assert!(matches!(error.kind, Failure::Timeout { .. }), "{error}");
                assert_eq!(seconds, 5);
            }
            ("the caller's limit", None) => assert_eq!(seconds, 3),
            (_, kind) => panic!("{name}: {kind:?}"),
        }
        if let Some(error) = &error {
            assert_eq!(error.step(), Some("plan"), "{name}");
            assert_eq!(error.attempts(), 1, "{name}");
            assert!(error.is_retryable(), "{name}");
        }
        assert_eq!(session, before, "{name}");
        assert_eq!(
            (llm.spend().attempts, llm.spend().unknown),
            (2, 1),
            "{name}"
        );
        the_next_run_works(&mut session).await;
    }
}

fn shrank(before: Spend, after: Spend) -> bool {
    after.attempts < before.attempts
        || after.unknown < before.unknown
        || after.usage.input_tokens < before.usage.input_tokens
        || after.usage.output_tokens < before.usage.output_tokens
}

/// Polls a future `polls` times, or until it is done, and gives its output if it is. Time passes between polls, so that
/// pauses end.
async fn poll_times<T>(future: impl Future<Output = T>, polls: usize, llm: &Llm) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        let spent = llm.spend();
        let polled = future.as_mut().poll(&mut context);
        assert!(!shrank(spent, llm.spend()), "{spent:?} {:?}", llm.spend());
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        tokio::time::advance(Duration::from_millis(300)).await;
    }
    None
}

/// How each script ends if nobody drops it.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Well,
    Badly,
}

fn scripts() -> Vec<(&'static str, fn() -> Scripted, Ends)> {
    vec![
        ("at once", || Scripted::new([LOW, PLAN, REPLY]), Ends::Well),
        (
            "with two re-asks",
            || {
                Scripted::new([
                    LOW,
                    "what?",
                    r#"{"action":"forbidden","days":1}"#,
                    PLAN,
                    REPLY,
                ])
            },
            Ends::Well,
        ),
        (
            "with retries",
            || {
                Scripted::new([LOW])
                    .then(Failure::RateLimit)
                    .then(Failure::Connect)
                    .then(PLAN)
                    .then(Failure::Server)
                    .then(REPLY)
            },
            Ends::Well,
        ),
        (
            "and a third step that fails",
            || Scripted::new([LOW, PLAN]).then(Failure::Auth),
            Ends::Badly,
        ),
    ]
}

/// The cut points of a future that `start` makes anew: dropped at each, it must leave no trace. Gives their number.
async fn cut_everywhere<S>(script: fn() -> Scripted, ends: Ends, fired: S) -> usize
where
    S: AsyncFn(&Llm, &mut Session) -> Result<(), Error>,
{
    for polls in 0.. {
        let provider = Slow::new(script(), 3);
        let (open, unreported) = (Arc::clone(&provider.open), Arc::clone(&provider.unreported));
        let llm = Llm::new(provider).seed(1);
        let mut session = conversation().await;
        let before = session.clone();
        let outcome = poll_times(fired(&llm, &mut session), polls, &llm).await;
        if let Some(outcome) = outcome {
            assert_eq!(outcome.is_ok(), ends == Ends::Well);
            assert_eq!(session == before, ends == Ends::Badly);
            return polls;
        }
        assert_eq!(session, before, "dropped after {polls} polls");
        assert_eq!(
            llm.spend().unknown,
            open.load(Ordering::SeqCst) + unreported.load(Ordering::SeqCst),
            "an attempt in flight was not counted as unknown after {polls} polls"
        );
        the_next_run_works(&mut session).await;
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_at_any_await_point_leaves_no_trace_and_the_next_run_works() {
    let mut cut_points = 0;
    for (name, script, ends) in scripts() {
        let points = cut_everywhere(script, ends, async |llm: &Llm, session: &mut Session| {
            handle(TICKET, anything).run(llm, session).await.map(drop)
        })
        .await;
        println!("a run {name}: {points} cut points");
        assert!(points > 8, "{name}: only {points}");
        cut_points += points;
    }
    println!("runs: {cut_points} cut points in all");
}

#[tokio::test(start_paused = true)]
async fn a_fire_dropped_at_any_await_point_leaves_no_trace() {
    let scripts: [(&str, fn() -> Scripted, Ends); 3] = [
        ("at once", || Scripted::new([PLAN]), Ends::Well),
        (
            "with a re-ask and a retry",
            || Scripted::new(["what?"]).then(Failure::Server).then(PLAN),
            Ends::Well,
        ),
        (
            "that fails",
            || Scripted::new(["what?"]).then(Failure::Auth),
            Ends::Badly,
        ),
    ];
    let mut cut_points = 0;
    for (name, script, ends) in scripts {
        let points = cut_everywhere(script, ends, async |llm: &Llm, session: &mut Session| {
            let plan = zyn::extract::<Plan>("The plan");
            plan.fire(llm, session, TICKET).await.map(drop)
        })
        .await;
        println!("a fire {name}: {points} cut points");
        assert!(points > 3, "{name}: only {points}");
        cut_points += points;
    }
    println!("fires: {cut_points} cut points in all");
}

#[tokio::test(start_paused = true)]
async fn a_fire_that_fails_leaves_no_trace_and_the_next_one_works() {
    for second in [
        vec![Reply::from(Failure::Server)],
        vec!["a".into(), "b".into(), "c".into()],
        vec![paid(Failure::Refusal).into()],
        vec![paid(Failure::Truncated).into()],
    ] {
        let mut session = conversation().await;
        let before = session.clone();
        let llm = Llm::new(Scripted::new(second)).retry(0);
        let plan = zyn::extract::<Plan>("The plan");
        plan.fire(&llm, &mut session, TICKET).await.unwrap_err();
        assert_eq!(session, before);
        let llm = Llm::new(Scripted::new([PLAN]));
        plan.fire(&llm, &mut session, TICKET).await.unwrap();
        assert_eq!(session.len(), before.len() + 2);
    }
}

#[tokio::test]
async fn a_run_dropped_while_a_real_server_is_silent_leaves_no_trace() {
    let mut session = conversation().await;
    let before = session.clone();
    let server = Server::new([zyn_tests::Reply::answer(LOW), zyn_tests::Reply::Silence]);
    let llm = server.llm();
    let run = handle(TICKET, anything).run(&llm, &mut session);
    tokio::select! {
        outcome = run => panic!("nobody answered, and yet: {outcome:?}"),
        () = arrived(&server, 2) => {}
    }
    assert_eq!(session, before);
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.unknown), (2, 1));
    assert_eq!(spend.usage, Usage::new(10, 5));
    the_next_run_works(&mut session).await;
}

/// Waits until so many requests have been read.
async fn arrived(server: &Server, requests: usize) {
    while server.received().len() < requests {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What a step may be answered with, before the answer that it accepts.
fn trouble() -> impl Strategy<Value = Reply> {
    prop_oneof![
        Just("what?".into()),
        Just(r#"{"action":"forbidden","days":1}"#.into()),
        Just(r#"{"label":"Huge"}"#.into()),
        Just(Failure::Connect.into()),
        Just(Failure::RateLimit.into()),
        Just(Failure::Server.into()),
        Just(Failure::Auth.into()),
        Just(paid(Failure::Refusal).into()),
        Just(paid(Failure::Truncated).into()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_answers_come_a_run_is_all_or_nothing(
        first in vec(trouble(), 0..3),
        second in vec(trouble(), 0..3),
        third in vec(trouble(), 0..2),
    ) {
        let accepted = [LOW, PLAN, REPLY].map(Reply::from);
        let script = [first, second, third].into_iter().zip(accepted);
        let script: Vec<Reply> = script.flat_map(|(trouble, good)| trouble.into_iter().chain([good])).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut session = conversation().await;
            let before = session.clone();
            let llm = Llm::new(Scripted::new(script));
            let (outcome, report) = handle(TICKET, anything).run_detailed(&llm, &mut session).await;
            let spend = llm.spend();
            assert_eq!(u64::from(report.attempts()), spend.attempts);
            assert_eq!(report.usage(), spend.usage);
            match outcome {
                Err(error) => {
                    assert_eq!(session, before);
                    assert_eq!(report.steps.last().map(|step| step.id), error.step());
                }
                Ok(_) => {
                    assert_eq!(session.len(), before.len() + 6);
                    let committed = session.usage().total() - before.usage().total();
                    assert!(committed <= spend.usage.total());
                }
            }
            the_next_run_works(&mut session).await;
        });
    }
}
