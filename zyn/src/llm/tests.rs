//! The loop, on a paused clock. Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::Error;
use crate::clock;
use crate::provider::{BoxFuture, ConfigError, Response, Wait};
use crate::session::{Message, Session, Usage};
use crate::testing::{Recording, Scripted};

const MINUTE: Duration = Duration::from_secs(60);

fn request() -> Request {
    Request::new(Message::user("hi"))
}

fn failing(kind: Failure, retry_after: Duration) -> ProviderError {
    let mut error = ProviderError::new("test", kind);
    error.retry_after = Some(retry_after);
    error
}

/// Never answers.
struct Hanging;

impl Provider for Hanging {
    fn name(&self) -> &str {
        "hanging"
    }

    fn model(&self) -> &str {
        "m"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn the_servers_wait_is_slept_and_all_attempts_are_counted() {
    let wait = Duration::from_secs(7);
    let scripted = Scripted::new([failing(Failure::RateLimit, wait)])
        .then(failing(Failure::Server, wait))
        .then(Response::new("done", Usage::new(5, 1)));
    let llm = Llm::new(scripted);
    let mut allowance = Allowance::of(MINUTE, 2);
    let begun = clock::now();
    let response = llm.asks(&request(), &mut allowance, None).await.unwrap();
    assert_eq!(response.text, "done");
    // each is spread behind the server's wait
    let waited = clock::now() - begun;
    assert!(
        waited >= 2 * wait && waited < 2 * wait + Duration::from_secs(5),
        "{waited:?}"
    );
    assert_eq!(
        (allowance.attempts(), allowance.retries(), allowance.spent()),
        (3, 0, Usage::new(5, 1))
    );
    let spend = llm.spend();
    assert_eq!(
        (spend.attempts, spend.usage, spend.unknown),
        (3, Usage::new(5, 1), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_fails_now() {
    let llm = Llm::new(Scripted::new([failing(Failure::RateLimit, MINUTE)]));
    let begun = clock::now();
    let error = llm
        .asks(&request(), &mut Allowance::of(MINUTE, 2), None)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.retry_after),
        (Failure::RateLimit, Some(MINUTE))
    );
    assert_eq!(clock::now(), begun);
}

#[tokio::test(start_paused = true)]
async fn retries_and_ambiguity_are_counted_across_the_calls_of_one_fire() {
    let scripted = Scripted::new([Failure::Server])
        .then("not json")
        .then(Failure::Server);
    let llm = Llm::new(scripted);
    let mut allowance = Allowance::of(MINUTE, 9);
    llm.asks(&request(), &mut allowance, None).await.unwrap();
    let error = llm
        .asks(&request(), &mut allowance, None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Failure::Server);
    assert_eq!((allowance.attempts(), allowance.retries()), (3, 8));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_a_timeout_repeated_once() {
    let limit = Duration::from_secs(3);
    let llm = Llm::new(Hanging).attempt_timeout(limit);
    let mut allowance = Allowance::of(MINUTE, 5);
    let error = llm
        .asks(&request(), &mut allowance, None)
        .await
        .unwrap_err();
    let wait = Wait::Attempt;
    assert_eq!(error.kind, Failure::Timeout { wait, limit });
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_is_counted_and_its_cost_unknown() {
    let llm = Llm::new(Hanging);
    let mut allowance = Allowance::of(MINUTE, 5);
    let request = request();
    {
        let call = pin!(llm.asks(&request, &mut allowance, None));
        assert!(tokio::time::timeout(MINUTE, call).await.is_err());
    }
    assert_eq!(allowance.attempts(), 1);
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_pauses() {
    async fn pauses(llm: Llm) -> Duration {
        let begun = clock::now();
        llm.asks(&request(), &mut Allowance::of(MINUTE, 4), None)
            .await
            .unwrap_err();
        clock::now() - begun
    }
    let llm = || Llm::new(Scripted::new(vec![Failure::Connect; 5]));
    let first = pauses(llm().seed(7)).await;
    assert_eq!(first, pauses(llm().seed(7)).await);
    assert_ne!(first, pauses(llm().seed(8)).await);
}

#[tokio::test]
async fn a_set_up_that_cannot_work_makes_no_attempt() {
    struct Broken;
    impl Provider for Broken {
        fn name(&self) -> &str {
            "broken"
        }
        fn model(&self) -> &str {
            "m"
        }
        fn profile(&self) -> Profile {
            Profile::default()
        }
        fn check(&self) -> Result<(), ConfigError> {
            Err(ConfigError::Model)
        }
        fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
            Box::pin(async { panic!("called") })
        }
    }
    let llm = Llm::new(Broken);
    let mut allowance = Allowance::of(MINUTE, 2);
    let error = llm
        .asks(&request(), &mut allowance, None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, Failure::Config(ConfigError::Model));
    assert_eq!((allowance.attempts(), llm.spend()), (0, Spend::default()));
}

#[tokio::test(start_paused = true)]
async fn an_adaptation_is_an_attempt_but_no_retry() {
    let calls = AtomicUsize::new(0);
    let llm = Llm::new(Scripted::by(move |_| {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            let mut error = ProviderError::new("test", Failure::Rejected);
            error.adapted = true;
            return Err(error);
        }
        Ok(Response::new("ok", Usage::new(1, 1)))
    }));
    let mut allowance = Allowance::of(MINUTE, 0);
    llm.asks(&request(), &mut allowance, None).await.unwrap();
    assert_eq!(allowance.attempts(), 2);
}

#[tokio::test]
async fn clones_share_the_ledger_and_keep_their_own_options() {
    let recording = Recording::new(Scripted::new(["a", "b"]));
    let llm = Llm::new(recording.clone());
    let other = llm
        .clone()
        .retry(7)
        .timeout(MINUTE)
        .max_input(3)
        .attempt_timeout(MINUTE);
    assert_eq!((llm.limits().retries, other.limits().retries), (2, 7));
    assert_eq!(
        (llm.limits().max_input, other.limits().max_input),
        (4 * 1024 * 1024, 3)
    );
    for llm in [&llm, &other] {
        llm.asks(&request(), &mut Allowance::of(MINUTE, 0), None)
            .await
            .unwrap();
    }
    assert_eq!(llm.spend(), other.spend());
    assert_eq!(llm.spend().attempts, 2);
    assert_eq!(recording.requests().len(), 2);
}

#[test]
fn an_endless_limit_does_not_overflow() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        assert!(Allowance::of(Duration::MAX, 0).deadline > clock::now());
    });
}

#[test]
fn an_llm_can_be_shared_between_tasks() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Llm>();
}

#[tokio::test]
async fn a_blank_answer_is_none_whoever_gives_it_and_is_paid() {
    for blank in ["", " \n"] {
        let llm = Llm::new(Scripted::new([Response::new(blank, Usage::new(5, 1))]));
        let mut allowance = Allowance::of(MINUTE, 2);
        let error = llm
            .asks(&request(), &mut allowance, None)
            .await
            .unwrap_err();
        assert_eq!(error.kind, Failure::Empty);
        assert_eq!(
            (allowance.attempts(), allowance.spent()),
            (1, Usage::new(5, 1))
        );
        assert_eq!(llm.spend().usage, Usage::new(5, 1));
    }
}

/// What greeting with `llm` has come to, and how many attempts of it and of `others` are repeated.
async fn repeated(llm: &Llm, others: [&Llm; 2]) -> (bool, [u64; 3]) {
    let greet = crate::transform("Greet");
    let greeting = greet.fire(llm, &mut Session::new(), "Ada").await;
    let [spare, last] = others;
    let repeated = [llm, spare, last].map(|llm| llm.spend().repeated);
    (greeting.is_ok(), repeated)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_not_made_repeats_nothing() {
    let failing = || {
        Llm::new(Scripted::by(|_| {
            Err(ProviderError::new("test", Failure::Server))
        }))
    };
    let nobody = failing();
    let opens = Breaker::new().calls(1);
    let llm = failing().breaker(&opens);
    assert_eq!(repeated(&llm, [&nobody; 2]).await, (false, [0; 3]));
    assert_eq!(llm.spend().attempts, 1);

    let spare = failing().breaker(&opens);
    let llm = failing().retry(0).fallback(&spare);
    assert_eq!(repeated(&llm, [&spare, &nobody]).await, (false, [0; 3]));
    assert_eq!(spare.spend().attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_a_repeated_one_of_the_model_that_makes_it_whoever_was_to_make_it_before() {
    let failing = || Scripted::by(|_| Err(ProviderError::new("test", Failure::Server)));
    let answering = || Llm::new(Scripted::new(["Good day, Ada"]));
    let (spare, last) = (answering(), answering());
    let llm = Llm::new(failing())
        .retry(1)
        .fallback(&spare)
        .fallback(&last);
    assert_eq!(repeated(&llm, [&spare, &last]).await, (true, [1, 1, 0]));

    let open = Breaker::new().calls(1);
    let spare = Llm::new(failing()).breaker(&open);
    assert_eq!(repeated(&spare, [&last; 2]).await, (false, [0; 3]));
    let llm = Llm::new(failing())
        .retry(0)
        .fallback(&spare)
        .fallback(&last);
    assert_eq!(repeated(&llm, [&spare, &last]).await, (true, [0, 0, 1]));
}

fn down(kind: Failure) -> Scripted {
    Scripted::by(move |_| Err(ProviderError::new("test", kind.clone())))
}

async fn greet(llm: &Llm) -> Result<String, Error> {
    let greet = crate::transform("Greet");
    greet.fire(llm, &mut Session::new(), "Ada").await
}

#[tokio::test(start_paused = true)]
async fn what_breaks_off_behind_text_may_have_been_done_whatever_it_is_called() {
    struct BreaksOff;
    impl Provider for BreaksOff {
        fn name(&self) -> &str {
            "breaks off"
        }
        fn model(&self) -> &str {
            "m"
        }
        fn profile(&self) -> Profile {
            Profile::default()
        }
        fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
            Box::pin(async { Err(ProviderError::new("test", Failure::Overloaded)) })
        }
        fn stream<'a>(
            &'a self,
            request: &'a Request,
            heard: &'a mut crate::provider::Heard<'_>,
        ) -> BoxFuture<'a, Result<Response, ProviderError>> {
            heard("[");
            self.call(request)
        }
    }
    let llm = Llm::new(BreaksOff).retry(5);
    let towns = crate::extract::<Vec<String>>("The towns").at_most_once();
    let mut session = Session::new();
    let stream = towns.stream(&llm, &mut session, "Oslo").unwrap();
    let error = stream.finish().await.unwrap_err();
    assert_eq!(error.class(), crate::provider::Class::Ambiguous);
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.unknown), (1, 1));
    // without a word it was turned away
    assert_eq!(greet(&llm).await.unwrap_err().attempts(), 6);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_one_budget_counts_once_whoever_has_it() {
    let budget = Budget::attempts(4);
    let llm = Llm::new(Scripted::new(["Good day"])).budget(&budget);
    let mut session = Session::new();
    session.set_budget(budget.clone());
    let greet = crate::transform("Greet");
    greet.fire(&llm, &mut session, "Ada").await.unwrap();
    assert_eq!(budget.left(), 0.75);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_that_was_cut_off_is_in_the_log() {
    let limit = Duration::from_secs(3);
    let error = greet(&Llm::new(Hanging).timeout(limit)).await.unwrap_err();
    let [attempt] = error.log() else { panic!() };
    assert_eq!(
        (&attempt.outcome, attempt.elapsed),
        (&Outcome::CutOff, limit)
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_a_schema_it_was_not_sent_is_not_asked_again() {
    let llm = Llm::new(down(Failure::SchemaRefused));
    let error = greet(&llm).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}
