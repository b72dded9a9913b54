//! Attempts and calls that take too long.

use std::time::Duration;

use tokio::time::Instant;
use zyn::prelude::*;
use zyn::provider::Class;
use zyn::{Error, ErrorKind, Failure};
use zyn_tests::{Reply, Server};

use crate::model::{Model, answer, greet, seconds};

/// Never answers the first call, and the second at once.
fn late_once() -> Model {
    Model::by(|call| match call {
        0 => (seconds(86_400), Ok(answer("late"))),
        _ => (Duration::ZERO, Ok(answer("Hi"))),
    })
}

fn is_timeout(error: &Error, after: Duration) -> bool {
    matches!(&error.provider().unwrap().kind, Failure::Timeout { limit, .. } if *limit == after)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_too_late_is_dropped_before_the_next_begins() {
    let model = Model::by(|_| (seconds(86_400), Ok(answer("late"))));
    let llm = model.llm().attempt_timeout(seconds(1)).retry_reserve(1_000);
    for call in 1..=100 {
        let error = greet(&llm).await.unwrap_err();
        assert_eq!((error.attempts(), error.class()), (2, Class::Ambiguous));
        assert_eq!((model.calls(), model.open()), (2 * call, 0), "none runs on");
    }
    let tasks = tokio::runtime::Handle::current().metrics();
    assert_eq!(tasks.num_alive_tasks(), 0, "none was begun");
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.unknown), (200, 200));
    assert_eq!(spend.repeated, 100);
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_asks_what_the_first_did_whatever_became_of_that() {
    let model = late_once();
    let llm = model.llm().attempt_timeout(seconds(1));
    assert_eq!(greet(&llm).await.unwrap(), "Hi");
    let [first, second] = &model.requests()[..] else {
        panic!("{}", model.calls())
    };
    assert_eq!(first.prompt, second.prompt);
    assert!(first.feedback.is_empty() && second.feedback.is_empty());
    assert_eq!(first.id, second.id, "both are of one fire");
}

#[tokio::test]
async fn a_hundred_attempts_that_time_out_leave_no_task_and_no_connection() {
    let server = Server::by(|_| Reply::Silence);
    let limit = Duration::from_millis(20);
    let llm = server.llm().attempt_timeout(limit).at_most_once();
    for _ in 0..100 {
        let error = greet(&llm).await.unwrap_err();
        assert!(is_timeout(&error, limit), "{error:?}");
    }
    let spend = llm.spend();
    assert_eq!((spend.attempts, spend.unknown), (100, 100));
    // whoever drives a connection ends with it
    let alive = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let start = std::time::Instant::now();
    while alive() > 0 && start.elapsed() < seconds(10) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(alive(), 0);
    drop(llm);
    // a client that hangs up may do so within a request; of the others each is whole, and no part of another
    let received = server.received();
    let whole = received.iter().filter(|it| !it.body.is_empty());
    let texts: Vec<_> = whole.map(|it| it.text()).collect();
    assert!(texts.len() > 10 && texts.iter().all(|text| text == &texts[0]));
}

#[tokio::test(start_paused = true)]
async fn an_error_says_whether_the_attempt_or_the_call_was_too_late() {
    let model = Model::after(seconds(86_400), "late");
    let kind = async |llm: &Llm| greet(llm).await.unwrap_err();

    let error = kind(&model.llm().attempt_timeout(seconds(3)).retry(0)).await;
    assert!(is_timeout(&error, seconds(3)), "{error:?}");
    let told = "model did not answer within 3s; allow more with `.attempt_timeout(…)`";
    assert_eq!(error.to_string(), told);

    let error = kind(&model.llm().timeout(seconds(5))).await;
    assert!(matches!(error.kind(), ErrorKind::Deadline { limit } if *limit == seconds(5)));
    let told = "no accepted answer within 5s; allow more with `.timeout(…)`";
    assert_eq!(error.to_string(), told);
    assert_eq!(error.class(), Class::Ambiguous);
}

fn says_the_limit(error: &Error, given: Duration) {
    let ErrorKind::Deadline { limit } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(*limit, given);
}

workflow!(
    async fn hello(name: &str) -> String {
        let text = transform("Greet", name);
        text
    }
);

#[tokio::test(start_paused = true)]
async fn no_time_at_all_fails_before_anything_is_sent() {
    let model = Model::after(Duration::ZERO, "Hi");
    let start = Instant::now();
    let error = greet(&model.llm().timeout(Duration::ZERO)).await;
    says_the_limit(&error.unwrap_err(), Duration::ZERO);
    let greet = zyn::transform("Greet").timeout(Duration::ZERO);
    let error = greet.fire(&model.llm(), &mut Session::new(), "Ada").await;
    says_the_limit(&error.unwrap_err(), Duration::ZERO);
    let run = hello("Ada").timeout(Duration::ZERO);
    let error = run.run(&model.llm(), &mut Session::new()).await;
    says_the_limit(&error.unwrap_err(), Duration::ZERO);
    assert_eq!((model.calls(), start.elapsed()), (0, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_users_limit_is_the_only_one() {
    // the original's providers end after 30 s, whatever is set
    let slow = Model::after(seconds(599), "late, and there");
    assert_eq!(greet(&slow.llm()).await.unwrap(), "late, and there");
    let slow = Model::after(seconds(3_600), "an hour");
    let llm = slow.llm().timeout(seconds(4_000));
    assert_eq!(greet(&llm).await.unwrap(), "an hour");
}

#[tokio::test]
async fn an_answer_that_comes_as_a_whole_is_waited_for_whatever_a_stream_may_take() {
    let server = Server::by(|_| {
        std::thread::sleep(Duration::from_millis(300));
        "late, and there".into()
    });
    let little = Duration::from_millis(50);
    let llm = server.llm().retry(0);
    let llm = llm.first_byte_timeout(little).idle_timeout(little);
    assert_eq!(greet(&llm).await.unwrap(), "late, and there");
    // nothing waits shorter than is said here
    let error = greet(&llm.attempt_timeout(little)).await.unwrap_err();
    assert!(is_timeout(&error, little), "{error:?}");
}
