use std::process::Command;

use tokio::time::{advance, sleep};
use tracing_subscriber::filter::LevelFilter;

use super::*;
use crate::provider::{Failure, ProviderError, Response};
use crate::session::Usage;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn closed() -> BreakerState {
    BreakerState::Closed
}

fn open(retry_in: Duration) -> BreakerState {
    BreakerState::Open { retry_in }
}

/// What becomes of so many calls, one after the other.
fn calls(breaker: &Breaker, number: usize, health: Health) {
    for _ in 0..number {
        breaker.admit().unwrap().record(health, 0.0);
    }
}

fn opened(breaker: Breaker) -> Breaker {
    let breaker = breaker.calls(1);
    calls(&breaker, 1, Health::Bad);
    breaker
}

fn refusal(breaker: &Breaker) -> Duration {
    breaker.admit().err().unwrap().retry_in
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_half_of_ten_calls_have_failed_and_says_for_how_long() {
    let breaker = Breaker::new();
    calls(&breaker, 5, Health::Good);
    calls(&breaker, 4, Health::Bad);
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
    advance(secs(4)).await;
    assert_eq!(breaker.state(), open(secs(11)));
    assert_eq!(refusal(&breaker), secs(11));
}

#[tokio::test(start_paused = true)]
async fn it_does_not_open_before_there_were_enough_calls() {
    let breaker = Breaker::new().calls(4);
    calls(&breaker, 3, Health::Bad);
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn the_part_that_must_fail_is_as_set_to_the_last_call() {
    let breaker = Breaker::new().failures(0.07);
    calls(&breaker, 93, Health::Good);
    calls(&breaker, 6, Health::Bad);
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_succeeds_does_not_open_it() {
    let breaker = Breaker::new();
    calls(&breaker, 9, Health::Bad);
    calls(&breaker, 9, Health::Good);
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_endpoint_is_not_counted() {
    let breaker = Breaker::new().failures(1.0).calls(2);
    calls(&breaker, 1, Health::Bad);
    calls(&breaker, 50, Health::Neutral);
    calls(&breaker, 50, Health::Unknown);
    for _ in 0..50 {
        drop(breaker.admit());
    }
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_forgotten_after_the_window_and_not_before_nine_tenths_of_it() {
    let breaker = || Breaker::new().calls(2).within(secs(10));
    for (later, remembered) in [
        (Duration::from_millis(9_999), true),
        (secs(10), false),
        (secs(1_000), false),
    ] {
        let breaker = breaker();
        calls(&breaker, 1, Health::Bad);
        advance(later).await;
        calls(&breaker, 1, Health::Bad);
        assert_eq!(breaker.state() == open(secs(15)), remembered, "{later:?}");
    }
    // the last of its bucket, remembered with the first
    let breaker = breaker().calls(3);
    calls(&breaker, 1, Health::Good);
    advance(Duration::from_millis(999)).await;
    calls(&breaker, 1, Health::Bad);
    advance(secs(9)).await;
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn half_open_it_lets_exactly_one_call_through() {
    let breaker = opened(Breaker::new());
    advance(Duration::from_millis(14_999)).await;
    assert_eq!(refusal(&breaker), Duration::from_millis(1));
    advance(Duration::from_millis(1)).await;
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    let probe = breaker.admit().unwrap();
    for _ in 0..100 {
        assert_eq!(refusal(&breaker), secs(15));
    }
    advance(secs(4)).await;
    assert_eq!(refusal(&breaker), secs(11));
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    probe.record(Health::Good, 0.0);
    assert_eq!(breaker.state(), closed());
}

/// A breaker whose probe takes long, which it has done for as long as the breaker was open.
async fn overdue() -> (Breaker, Permit) {
    let breaker = opened(Breaker::new());
    advance(secs(15)).await;
    let probe = breaker.admit().unwrap();
    advance(Duration::from_millis(14_999)).await;
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert_eq!(refusal(&breaker), Duration::from_millis(1));
    advance(Duration::from_millis(1)).await;
    (breaker, probe)
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_takes_as_long_as_it_was_open_has_failed_and_the_time_doubles() {
    let (breaker, _hangs) = overdue().await;
    let mut hang = Vec::new();
    for time in [30, 60, 120, 120, 120] {
        assert_eq!(breaker.state(), open(secs(time)));
        assert_eq!(refusal(&breaker), secs(time));
        advance(secs(time)).await;
        hang.push(breaker.admit().unwrap());
        assert_eq!(refusal(&breaker), secs(time));
        advance(secs(time)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_nobody_looked_at_for_long_has_failed_when_it_was_due() {
    let (breaker, _hangs) = overdue().await;
    advance(secs(29)).await;
    assert_eq!(refusal(&breaker), secs(1));
    let (breaker, _hangs) = overdue().await;
    advance(secs(30)).await;
    let _probe = breaker.admit().unwrap();
    assert_eq!(refusal(&breaker), secs(30));
}

#[tokio::test(start_paused = true)]
async fn after_a_probe_that_took_too_long_chance_adds_what_it_had_added() {
    let breaker = Breaker::new().calls(1).open_for(secs(16));
    breaker.admit().unwrap().record(Health::Bad, 0.5);
    advance(secs(18)).await;
    let _hangs = breaker.admit().unwrap();
    assert_eq!(refusal(&breaker), secs(18));
    advance(secs(18)).await;
    assert_eq!(breaker.state(), open(secs(36)));
}

#[tokio::test(start_paused = true)]
async fn a_late_failure_of_a_probe_counts_nothing() {
    for health in [Some(Health::Bad), Some(Health::Unknown), None] {
        let end = |probe: Permit| match health {
            Some(health) => probe.record(health, 1.0),
            None => drop(probe),
        };
        let (breaker, late) = overdue().await;
        end(late);
        assert_eq!(breaker.state(), open(secs(30)), "{health:?}");
        let (breaker, late) = overdue().await;
        advance(secs(30)).await;
        let probe = breaker.admit().unwrap();
        end(late);
        assert_eq!(refusal(&breaker), secs(30), "{health:?}");
        probe.record(Health::Good, 0.0);
        assert_eq!(breaker.state(), closed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_a_probe_closes_it_open_or_half_open() {
    for health in [Health::Good, Health::Neutral] {
        let (breaker, late) = overdue().await;
        late.record(health, 0.0);
        assert_eq!(breaker.state(), closed(), "{health:?}");
        let (breaker, late) = overdue().await;
        assert_eq!(refusal(&breaker), secs(30));
        late.record(health, 0.0);
        assert_eq!(breaker.state(), closed(), "{health:?}");
        let (breaker, late) = overdue().await;
        advance(secs(30)).await;
        let probe = breaker.admit().unwrap();
        late.record(health, 0.0);
        assert_eq!(breaker.state(), closed(), "{health:?}");
        // what was sent before that counts no more
        probe.record(Health::Bad, 0.0);
        assert_eq!(breaker.state(), closed(), "{health:?}");
        calls(&breaker, 1, Health::Bad);
        assert_eq!(breaker.state(), open(secs(15)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_probe_gives_its_place_to_the_next_call() {
    let breaker = opened(Breaker::new());
    advance(secs(15)).await;
    let probe = breaker.admit().unwrap();
    let call = async {
        let _probe = probe;
        sleep(secs(60)).await;
    };
    assert!(tokio::time::timeout(secs(1), call).await.is_err());
    for _ in 0..3 {
        drop(breaker.admit().unwrap());
        breaker.admit().unwrap().record(Health::Unknown, 0.0);
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
    }
    let probe = breaker.admit().unwrap();
    assert!(breaker.admit().is_err());
    probe.record(Health::Good, 0.0);
    assert_eq!(breaker.state(), closed());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_finds_the_endpoint_up_closes_it_and_all_is_forgotten() {
    for health in [Health::Good, Health::Neutral] {
        let breaker = Breaker::new();
        calls(&breaker, 10, Health::Bad);
        advance(secs(15)).await;
        breaker.admit().unwrap().record(health, 0.0);
        assert_eq!(breaker.state(), closed());
        calls(&breaker, 9, Health::Bad);
        assert_eq!(breaker.state(), closed(), "{health:?}");
        calls(&breaker, 1, Health::Bad);
        assert_eq!(breaker.state(), open(secs(15)));
    }
}

#[tokio::test(start_paused = true)]
async fn each_probe_that_fails_doubles_the_time_up_to_two_minutes_and_closing_ends_that() {
    let breaker = opened(Breaker::new());
    for time in [30, 60, 120, 120, 120] {
        let BreakerState::Open { retry_in } = breaker.state() else {
            panic!("{breaker:?}");
        };
        advance(retry_in).await;
        calls(&breaker, 1, Health::Bad);
        assert_eq!(breaker.state(), open(secs(time)));
    }
    advance(secs(120)).await;
    calls(&breaker, 1, Health::Good);
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn a_set_time_of_more_than_two_minutes_stays_as_it_is() {
    let breaker = opened(Breaker::new().open_for(secs(200)));
    advance(secs(200)).await;
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(200)));
}

#[tokio::test(start_paused = true)]
async fn chance_adds_up_to_a_quarter_to_the_time_and_does_not_double() {
    for (dice, first, second) in [
        (0.0, 16_000, 32_000),
        (0.5, 18_000, 36_000),
        (1.0, 20_000, 40_000),
    ] {
        let breaker = Breaker::new().calls(1).open_for(secs(16));
        breaker.admit().unwrap().record(Health::Bad, dice);
        let first = Duration::from_millis(first);
        assert_eq!(breaker.state(), open(first));
        advance(first).await;
        breaker.admit().unwrap().record(Health::Bad, dice);
        assert_eq!(breaker.state(), open(Duration::from_millis(second)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_a_change_of_state_does_not_count_after_it() {
    let breaker = Breaker::new().calls(2);
    let mut sent: Vec<_> = (0..20).map(|_| breaker.admit().unwrap()).collect();
    let mut end = |health| sent.pop().unwrap().record(health, 0.0);
    calls(&breaker, 2, Health::Bad);
    // open
    end(Health::Good);
    end(Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
    advance(secs(15)).await;
    let probe = breaker.admit().unwrap();
    // half open
    for health in [Health::Good, Health::Neutral, Health::Bad, Health::Unknown] {
        end(health);
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        assert!(breaker.admit().is_err(), "{health:?} freed the place");
    }
    probe.record(Health::Good, 0.0);
    // closed again
    for _ in 0..10 {
        end(Health::Bad);
    }
    assert_eq!(breaker.state(), closed());
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), closed());
    drop(sent);
    calls(&breaker, 1, Health::Bad);
    assert_eq!(breaker.state(), open(secs(15)));
}

#[tokio::test(start_paused = true)]
async fn a_clone_is_the_same_and_an_option_makes_a_new_one() {
    let breaker = opened(Breaker::new());
    assert_eq!(breaker.clone().state(), open(secs(15)));
    let new: [fn(Breaker) -> Breaker; 4] = [
        |it| it.failures(0.5),
        |it| it.calls(1),
        |it| it.within(secs(30)),
        |it| it.open_for(secs(15)),
    ];
    for new in new {
        assert_eq!(new(breaker.clone()).state(), closed());
    }
}

#[test]
fn values_that_cannot_work_are_refused_with_what_to_set() {
    let broken: [(&str, Breaker); 8] = [
        (".failures(…)", Breaker::new().failures(0.0)),
        (".failures(…)", Breaker::new().failures(-0.5)),
        (".failures(…)", Breaker::new().failures(1.01)),
        (".failures(…)", Breaker::new().failures(f64::INFINITY)),
        (".failures(…)", Breaker::new().failures(f64::NAN)),
        (".calls(0)", Breaker::new().calls(0)),
        (".within(…)", Breaker::new().within(Duration::ZERO)),
        (".open_for(…)", Breaker::new().open_for(Duration::ZERO)),
    ];
    for (option, breaker) in broken {
        let error = breaker.check().unwrap_err().to_string();
        let begins = error.starts_with("the breaker cannot work: `");
        assert!(begins && error.contains(option), "{error}");
        assert!(error.contains("; give it "), "{error}");
    }
    for works in [
        Breaker::new(),
        Breaker::default().failures(1.0).calls(1),
        Breaker::new().within(Duration::from_nanos(1)),
    ] {
        assert_eq!(works.check(), Ok(()));
    }
}

#[test]
fn the_largest_values_do_no_harm() {
    let breaker = Breaker::new().within(Duration::MAX).calls(2);
    let breaker = breaker.open_for(Duration::MAX);
    calls(&breaker, 1, Health::Bad);
    breaker.admit().unwrap().record(Health::Bad, 1.0);
    assert!(matches!(breaker.state(), BreakerState::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn debug_shows_the_settings_and_the_state() {
    assert_eq!(
        format!("{:?}", opened(Breaker::new())),
        "Breaker { failures: 0.5, calls: 1, within: 30s, open_for: 15s, state: Open { retry_in: 15s } }"
    );
}

#[test]
fn only_what_speaks_of_the_endpoint_is_good_or_bad() {
    use crate::provider::Wait;
    use Failure::*;
    let of = |kind, status| {
        let mut error = ProviderError::new("test", kind);
        error.status = status;
        health(Err(&error))
    };
    let answer = Response::new("yes", Usage::default());
    assert_eq!(health(Ok(&answer)), Health::Good);
    let limit = secs(1);
    for (kind, status) in [
        (Connect, None),
        (Interrupted, Some(200)),
        (
            Timeout {
                wait: Wait::Attempt,
                limit,
            },
            None,
        ),
        (Overloaded, Some(529)),
        (Unavailable, Some(503)),
        (Server, Some(500)),
        (Server, Some(502)),
        // an error inside a 200
        (Server, Some(200)),
        (Server, None),
    ] {
        assert_eq!(of(kind.clone(), status), Health::Bad, "{kind:?} {status:?}");
    }
    for (kind, status) in [
        (RateLimit, Some(429)),
        (Quota, Some(429)),
        (Auth, Some(401)),
        (NotFound, Some(404)),
        (ContextWindow, Some(400)),
        (Rejected, Some(400)),
        (SchemaRefused, Some(400)),
        (Server, Some(408)),
        (Server, Some(409)),
        (Redirect, Some(302)),
        (ReplyTooLarge { limit: 1 }, Some(200)),
        (Protocol { what: "HTML" }, Some(200)),
    ] {
        let neutral = Health::Neutral;
        assert_eq!(of(kind.clone(), status), neutral, "{kind:?} {status:?}");
    }
    for kind in [Refusal, Filtered, Truncated, Empty] {
        assert_eq!(of(kind.clone(), Some(200)), Health::Good, "{kind:?}");
    }
    assert_eq!(of(Config(ConfigError::Model), None), Health::Unknown);
}

#[test]
fn each_change_of_state_is_an_event() {
    // In one process, tests that run beside this one decide whether an event is recorded.
    let mut child = Command::new(std::env::current_exe().unwrap());
    let test = "llm::breaker::tests::changes_of_this_process";
    let output = child.args(["--ignored", "--exact", "--nocapture", test]);
    let said = output.output().unwrap().stdout;
    let said = String::from_utf8_lossy(&said);
    let events: Vec<_> = said.lines().filter(|it| it.contains("breaker.")).collect();
    let expected = [
        "WARN zyn::telemetry: the endpoint fails: calls are turned away zyn.breaker.state=\"open\" zyn.breaker.calls=2 zyn.breaker.failures=1 zyn.breaker.retry_in_ms=15000",
        "INFO zyn::telemetry: one call finds out whether the endpoint is well again zyn.breaker.state=\"half_open\"",
        "WARN zyn::telemetry: the endpoint fails: calls are turned away zyn.breaker.state=\"open\" zyn.breaker.retry_in_ms=30000",
        "INFO zyn::telemetry: one call finds out whether the endpoint is well again zyn.breaker.state=\"half_open\"",
        "WARN zyn::telemetry: the endpoint fails: calls are turned away zyn.breaker.state=\"open\" zyn.breaker.retry_in_ms=59000",
        "INFO zyn::telemetry: one call finds out whether the endpoint is well again zyn.breaker.state=\"half_open\"",
        "INFO zyn::telemetry: the endpoint is well again: calls are let through zyn.breaker.state=\"closed\"",
    ];
    assert_eq!(events.len(), expected.len(), "{said}");
    for (event, expected) in events.iter().zip(expected) {
        assert_eq!(event.trim(), expected);
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib breaker` runs it in a process of its own, by the test above"]
async fn changes_of_this_process() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_max_level(LevelFilter::INFO)
        .init();
    let breaker = Breaker::new().calls(2);
    calls(&breaker, 1, Health::Good);
    calls(&breaker, 1, Health::Bad);
    advance(secs(15)).await;
    calls(&breaker, 1, Health::Bad);
    advance(secs(30)).await;
    drop(breaker.admit());
    let _hangs = breaker.admit();
    advance(secs(31)).await;
    assert!(breaker.admit().is_err());
    advance(secs(59)).await;
    calls(&breaker, 1, Health::Good);
}
