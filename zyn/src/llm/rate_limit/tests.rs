//! Each promise of a rate limit; long because they are many.

use std::future::Future;
use std::process::Command;

use tokio::task::{JoinHandle, yield_now};
use tokio::time::sleep;

use super::bucket::ONE;
use super::*;
use crate::clock;

const SECOND: Duration = Duration::from_secs(1);

/// One call, without tokens.
const CALL: Usage = tokens(0, 0);

const fn tokens(input: u64, output: u64) -> Usage {
    Usage {
        input_tokens: input,
        output_tokens: output,
        cached_tokens: 0,
        written_tokens: 0,
        reasoning_tokens: 0,
    }
}

fn in_time() -> Instant {
    clock::after(Duration::from_secs(3_600))
}

/// One request a second, so many of them at once.
fn one_a_second(burst: u64) -> RateLimit {
    RateLimit::new()
        .requests(60)
        .burst(Duration::from_secs(burst))
}

/// One token a second, so many of them at once.
fn a_token_a_second(burst: u64) -> RateLimit {
    RateLimit::new()
        .tokens(60)
        .burst(Duration::from_secs(burst))
}

async fn admit(limit: &RateLimit, need: Usage) -> Admitted {
    limit.admit(need, in_time()).await.unwrap()
}

/// A call beside the test, which has come when this is over.
async fn beside(limit: &RateLimit, need: Usage) -> JoinHandle<Admitted> {
    let limit = limit.clone();
    let call = tokio::spawn(async move { admit(&limit, need).await });
    yield_now().await;
    call
}

/// What the buckets hold, in whole requests and tokens.
fn left(limit: &RateLimit) -> Vec<i128> {
    let levels = limit.gate.state().levels(clock::now());
    levels.into_iter().map(|level| level / ONE).collect()
}

/// How long it takes, in the paused clock.
async fn timed<T>(future: impl Future<Output = T>) -> (Duration, T) {
    let start = clock::now();
    let value = future.await;
    (clock::now() - start, value)
}

/// On a clock that goes on meanwhile, as it does outside of tests.
#[tokio::test]
async fn what_is_let_through_at_once_has_not_waited() {
    let limit = RateLimit::new();
    for _ in 0..100 {
        assert_eq!(admit(&limit, CALL).await.waited, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_let_through_at_once_and_the_rest_as_it_accrues() {
    let limit = one_a_second(10);
    for _ in 0..10 {
        assert_eq!(admit(&limit, CALL).await.waited, Duration::ZERO);
    }
    for _ in 0..3 {
        let (time, admitted) = timed(admit(&limit, CALL)).await;
        assert_eq!((time, admitted.waited), (SECOND, SECOND));
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_holds_one_at_least() {
    let limit = RateLimit::new()
        .requests(1)
        .tokens(1)
        .burst(Duration::from_millis(1));
    for waited in [0, 60, 60] {
        let admitted = admit(&limit, tokens(1, 0)).await;
        assert_eq!(admitted.waited, Duration::from_secs(waited));
    }
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_come_at_once_where_nothing_is_said() {
    let limit = RateLimit::new().requests(60);
    assert_eq!(left(&limit), [10]);
}

#[tokio::test(start_paused = true)]
async fn each_limit_counts_its_own() {
    let need = tokens(5, 3);
    for (limit, after) in [
        (RateLimit::new().requests(600), 99),
        (RateLimit::new().tokens(600), 92),
        (RateLimit::new().input_tokens(600), 95),
        (RateLimit::new().output_tokens(600), 97),
    ] {
        drop(admit(&limit, need).await);
        assert_eq!(left(&limit), [after]);
    }
    let limit = RateLimit::new()
        .requests(60)
        .tokens(120)
        .input_tokens(180)
        .output_tokens(240);
    drop(admit(&limit, need).await);
    assert_eq!(left(&limit), [9, 12, 25, 37]);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nothing_waits() {
    let limit = RateLimit::new();
    for _ in 0..10_000 {
        let admitted = admit(&limit, tokens(u64::MAX, u64::MAX)).await;
        assert_eq!(admitted.waited, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_of_all_buckets_or_of_none() {
    let limit = one_a_second(10).tokens(60);
    drop(admit(&limit, tokens(10, 0)).await);
    assert_eq!(left(&limit), [9, 0]);
    let call = beside(&limit, tokens(5, 0)).await;
    assert_eq!(left(&limit), [9, 0]); // the request is there, and waits for the tokens
    let (time, _) = timed(call).await;
    assert_eq!(time, 5 * SECOND);
    assert_eq!(left(&limit), [9, 0]);
}

#[tokio::test(start_paused = true)]
async fn calls_are_let_through_in_the_order_in_which_they_came_whatever_they_need() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    let large = beside(&limit, tokens(9, 0)).await;
    let small = beside(&limit, tokens(1, 0)).await;
    let none = beside(&limit, CALL).await;
    assert_eq!(limit.waiting(), 3);
    sleep(8 * SECOND).await;
    assert_eq!(limit.waiting(), 3); // there is enough for the small one
    assert_eq!(large.await.unwrap().waited, 9 * SECOND);
    assert_eq!(small.await.unwrap().waited, 10 * SECOND);
    assert_eq!(none.await.unwrap().waited, 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_while_another_waits_does_not_pass_it() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    let first = beside(&limit, tokens(10, 0)).await;
    sleep(5 * SECOND).await;
    let (time, _) = timed(admit(&limit, tokens(1, 0))).await;
    assert_eq!(time, 6 * SECOND);
    assert!(first.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_needs_more_than_a_bucket_holds_takes_a_full_one_into_debt() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(1, 0)).await);
    assert_eq!(admit(&limit, tokens(25, 0)).await.waited, SECOND);
    assert_eq!(left(&limit), [-15]);
    assert_eq!(admit(&limit, tokens(1, 0)).await.waited, 16 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_was_used_takes_the_place_of_what_was_estimated() {
    let limit = RateLimit::new()
        .requests(60)
        .tokens(60)
        .input_tokens(60)
        .output_tokens(60);
    let admitted = admit(&limit, tokens(5, 4)).await;
    admitted.settle(Charge::Used(tokens(6, 1)));
    assert_eq!(left(&limit), [9, 3, 4, 9]);
}

#[tokio::test(start_paused = true)]
async fn more_than_was_estimated_is_a_debt_which_holds_up_even_who_needs_nothing() {
    let limit = a_token_a_second(10);
    let admitted = admit(&limit, tokens(5, 0)).await;
    admitted.settle(Charge::Used(tokens(5, 25)));
    assert_eq!(left(&limit), [-20]);
    assert_eq!(admit(&limit, CALL).await.waited, 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_sent_gives_back_everything() {
    let limit = one_a_second(10).tokens(60);
    let admitted = admit(&limit, tokens(5, 5)).await;
    admitted.settle(Charge::Nothing);
    assert_eq!(left(&limit), [10, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_turned_away_gives_back_its_tokens_and_stays_a_request() {
    let limit = one_a_second(10).tokens(60);
    let admitted = admit(&limit, tokens(5, 5)).await;
    admitted.settle(Charge::TurnedAway);
    assert_eq!(left(&limit), [9, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cut_off_has_cost_what_was_estimated() {
    let limit = one_a_second(10).tokens(60);
    admit(&limit, tokens(2, 2)).await.settle(Charge::Unknown);
    assert_eq!(left(&limit), [9, 6]);
    drop(admit(&limit, tokens(2, 2)).await);
    assert_eq!(left(&limit), [8, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_lets_the_first_of_the_line_through_at_once() {
    let limit = a_token_a_second(10);
    let held = admit(&limit, tokens(10, 0)).await;
    let first = beside(&limit, tokens(4, 0)).await;
    let second = beside(&limit, tokens(4, 0)).await;
    sleep(SECOND).await;
    held.settle(Charge::Used(tokens(2, 0)));
    assert_eq!(first.await.unwrap().waited, SECOND);
    assert_eq!(second.await.unwrap().waited, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_while_it_waits_leaves_no_trace() {
    for given_up in 0..3 {
        let limit = a_token_a_second(10);
        drop(admit(&limit, tokens(10, 0)).await);
        let mut line = Vec::new();
        for _ in 0..3 {
            line.push(beside(&limit, tokens(4, 0)).await);
        }
        sleep(SECOND).await;
        line.remove(given_up).abort();
        yield_now().await;
        assert_eq!(limit.waiting(), 2);
        assert_eq!(left(&limit), [1]);
        for (call, waited) in line.into_iter().zip([4, 8]) {
            assert_eq!(call.await.unwrap().waited, waited * SECOND);
        }
        assert_eq!(left(&limit), [0]);
        assert_eq!(limit.waiting(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_when_it_is_called_lets_the_next_one_through() {
    let limit = a_token_a_second(10);
    let held = admit(&limit, tokens(10, 0)).await;
    let first = beside(&limit, tokens(5, 0)).await;
    let second = beside(&limit, tokens(5, 0)).await;
    held.settle(Charge::Nothing); // the first one is called
    first.abort(); // and never hears it
    assert_eq!(second.await.unwrap().waited, Duration::ZERO);
    assert_eq!(left(&limit), [5]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_never_polled_is_not_in_the_line() {
    let limit = one_a_second(1);
    drop(limit.admit(CALL, in_time()));
    assert_eq!(left(&limit), [1]);
    assert_eq!(limit.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_more_than_may_wait_is_turned_away_at_once() {
    let limit = one_a_second(1).queue(2);
    drop(admit(&limit, CALL).await);
    let first = beside(&limit, CALL).await;
    let _second = beside(&limit, CALL).await;
    let (time, shed) = timed(limit.admit(CALL, in_time())).await;
    let (waiting, most) = (2, 2);
    assert_eq!(shed.unwrap_err(), Shed::Queue { waiting, most });
    assert_eq!(time, Duration::ZERO);
    drop(first.await);
    assert_eq!(admit(&limit, CALL).await.waited, 2 * SECOND); // a place was free
}

#[tokio::test(start_paused = true)]
async fn where_none_may_wait_what_need_not_wait_is_let_through() {
    let limit = one_a_second(2).queue(0);
    for _ in 0..2 {
        drop(admit(&limit, CALL).await);
    }
    let shed = limit.admit(CALL, in_time()).await.unwrap_err();
    let (waiting, most) = (0, 0);
    assert_eq!(shed, Shed::Queue { waiting, most });
    sleep(SECOND).await;
    drop(admit(&limit, CALL).await);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_may_wait_where_nothing_is_said() {
    let limit = one_a_second(1);
    drop(admit(&limit, CALL).await);
    let mut line = Vec::new();
    for _ in 0..1_000 {
        line.push(beside(&limit, CALL).await);
    }
    let shed = limit.admit(CALL, in_time()).await.unwrap_err();
    let (waiting, most) = (1_000, 1_000);
    assert_eq!(shed, Shed::Queue { waiting, most });
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_passes_the_deadline_fails_at_once_and_takes_nothing() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    let (time, shed) = timed(limit.admit(tokens(5, 0), clock::after(4 * SECOND))).await;
    let (wait, left_to_it) = (5 * SECOND, 4 * SECOND);
    let left_to_it = Shed::Deadline {
        wait,
        left: left_to_it,
    };
    assert_eq!(shed.unwrap_err(), left_to_it);
    assert_eq!(time, Duration::ZERO);
    assert_eq!((left(&limit), limit.waiting()), (vec![0], 0));
    let just = clock::after(5 * SECOND + Duration::from_millis(1));
    let just = limit.admit(tokens(5, 0), just).await;
    assert_eq!(just.unwrap().waited, 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_would_be_let_through_at_its_deadline_is_turned_away_when_that_is_known() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    let (time, shed) = timed(limit.admit(tokens(5, 0), clock::after(5 * SECOND))).await;
    let (wait, left_to_it) = (5 * SECOND, 5 * SECOND);
    let left_to_it = Shed::Deadline {
        wait,
        left: left_to_it,
    };
    assert_eq!(shed.unwrap_err(), left_to_it);
    assert_eq!((time, left(&limit)), (Duration::ZERO, vec![0]));
    // one that waits already
    let beside = limit.clone();
    let call = tokio::spawn(async move {
        let deadline = clock::after(10 * SECOND);
        timed(beside.admit(tokens(5, 0), deadline)).await
    });
    yield_now().await;
    limit.pause(clock::after(10 * SECOND));
    let (time, shed) = call.await.unwrap();
    let (wait, left) = (10 * SECOND, 10 * SECOND);
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
    assert_eq!((time, limit.waiting()), (Duration::ZERO, 0));
    // what need not wait is let through at the last moment
    assert!(RateLimit::new().admit(CALL, clock::now()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_requests_of_those_ahead_are_part_of_the_wait_that_is_known() {
    let limit = one_a_second(1);
    drop(admit(&limit, CALL).await);
    for _ in 0..3 {
        drop(beside(&limit, CALL).await);
    }
    let (time, shed) = timed(limit.admit(CALL, clock::after(3 * SECOND))).await;
    let (wait, left) = (4 * SECOND, 3 * SECOND);
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
    assert_eq!(time, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_wait_of_the_first_is_part_of_the_wait_that_is_known() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    drop(beside(&limit, tokens(9, 0)).await);
    let shed = limit.admit(CALL, clock::after(3 * SECOND)).await;
    let (wait, left) = (9 * SECOND, 3 * SECOND);
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
}

#[tokio::test(start_paused = true)]
async fn tokens_of_those_ahead_are_waited_for_until_the_deadline_since_some_may_come_back() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(10, 0)).await);
    for _ in 0..3 {
        drop(beside(&limit, tokens(5, 0)).await);
    }
    let (time, shed) = timed(limit.admit(tokens(5, 0), clock::after(8 * SECOND))).await;
    let (wait, left) = (2 * SECOND, Duration::ZERO); // the second of the line is its first now
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
    assert_eq!(time, 8 * SECOND);
    assert_eq!(limit.waiting(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_up_all_who_share_the_limit_and_is_never_shortened() {
    for limit in [RateLimit::new(), one_a_second(10)] {
        let shared = limit.clone();
        limit.pause(clock::after(30 * SECOND));
        limit.pause(clock::after(5 * SECOND));
        assert_eq!(admit(&shared, CALL).await.waited, 30 * SECOND);
        assert_eq!(admit(&shared, CALL).await.waited, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_up_those_who_wait_already() {
    let limit = one_a_second(1);
    drop(admit(&limit, CALL).await);
    let call = beside(&limit, CALL).await;
    limit.pause(clock::after(30 * SECOND));
    assert_eq!(call.await.unwrap().waited, 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_pause_past_their_deadline_turns_away_at_once_all_who_wait_in_vain() {
    let limit = one_a_second(1);
    drop(admit(&limit, CALL).await);
    let patient = beside(&limit, CALL).await;
    let beside = limit.clone();
    let hasty = tokio::spawn(async move {
        let deadline = clock::after(10 * SECOND);
        timed(beside.admit(CALL, deadline)).await
    });
    yield_now().await;
    limit.pause(clock::after(30 * SECOND));
    let (time, shed) = hasty.await.unwrap();
    let (wait, left) = (30 * SECOND, 10 * SECOND);
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
    assert_eq!(time, Duration::ZERO);
    assert_eq!(patient.await.unwrap().waited, 30 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_a_provider_says_is_left_lowers_each_bucket_and_raises_none() {
    let limit = RateLimit::new()
        .requests(60)
        .tokens(60)
        .input_tokens(60)
        .output_tokens(60);
    limit.heed(Remaining {
        requests: Some(4),
        tokens: Some(3),
        input_tokens: Some(2),
        output_tokens: Some(1),
    });
    assert_eq!(left(&limit), [4, 3, 2, 1]);
    limit.heed(Remaining {
        requests: Some(9),
        tokens: Some(9),
        input_tokens: None,
        output_tokens: Some(0),
    });
    assert_eq!(left(&limit), [4, 3, 2, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_of_a_call_is_in_what_the_provider_says_is_left() {
    let limit = a_token_a_second(10);
    let admitted = admit(&limit, tokens(5, 0)).await;
    limit.heed(Remaining {
        tokens: Some(2),
        ..Remaining::default()
    });
    admitted.settle(Charge::Used(tokens(1, 0)));
    assert_eq!(left(&limit), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_first_that_now_waits_past_its_deadline_is_turned_away_at_once() {
    let limit = a_token_a_second(10);
    drop(admit(&limit, tokens(5, 0)).await);
    let beside = limit.clone();
    let call = tokio::spawn(async move {
        let deadline = clock::after(6 * SECOND);
        timed(beside.admit(tokens(10, 0), deadline)).await
    });
    yield_now().await;
    limit.heed(Remaining {
        tokens: Some(0),
        ..Remaining::default()
    });
    let (time, shed) = call.await.unwrap();
    let (wait, left) = (10 * SECOND, 6 * SECOND);
    assert_eq!(shed.unwrap_err(), Shed::Deadline { wait, left });
    assert_eq!(time, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_clone_is_the_same_limit_and_an_option_makes_another() {
    let limit = one_a_second(10);
    let shared = limit.clone();
    drop(admit(&shared, CALL).await);
    assert_eq!(left(&limit), [9]);
    let another = shared.queue(5);
    assert_eq!(left(&another), [10]);
    assert_eq!(left(&limit), [9]);
}

#[tokio::test]
async fn threads_that_ask_at_once_get_what_there_is_and_no_more() {
    // A hundred at once, and the next one in a minute.
    let limit = RateLimit::new()
        .requests(1)
        .burst(Duration::from_secs(6_000));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let limit = limit.clone();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .unwrap();
                let asks = async || limit.admit(CALL, clock::now()).await.is_ok();
                let admitted = async {
                    let mut admitted = 0;
                    for _ in 0..100 {
                        admitted += u32::from(asks().await);
                    }
                    admitted
                };
                runtime.block_on(admitted)
            })
        })
        .collect();
    let admitted: u32 = threads
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .sum();
    assert_eq!(admitted, 100);
    assert_eq!(limit.waiting(), 0);
}

#[test]
fn a_limit_that_lets_nothing_through_is_refused() {
    let refused = |limit: RateLimit| limit.check().unwrap_err().to_string();
    let limits = [
        RateLimit::new().requests(0),
        RateLimit::new().tokens(0),
        RateLimit::new().input_tokens(0),
        RateLimit::new().output_tokens(0).requests(1),
    ];
    for limit in limits {
        assert_eq!(
            refused(limit),
            "the rate limit cannot be used: a limit of 0 a minute lets nothing through; set 1 at least, or leave the limit out"
        );
    }
    assert_eq!(
        refused(RateLimit::new().requests(1).burst(Duration::ZERO)),
        "the rate limit cannot be used: nothing accrues in a burst of no time; set a millisecond at least, or leave it at 10 seconds"
    );
    let least = RateLimit::new().requests(1).tokens(1).queue(0);
    assert_eq!(least.burst(Duration::from_nanos(1)).check(), Ok(()));
    assert_eq!(RateLimit::new().check(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_nothing_turns_away_and_does_not_panic() {
    let limit = RateLimit::new().tokens(0).burst(Duration::MAX);
    drop(admit(&limit, tokens(u64::MAX, 0)).await);
    let shed = limit.admit(CALL, in_time()).await.unwrap_err();
    assert!(matches!(shed, Shed::Deadline { .. }), "{shed}");
}

#[test]
fn a_call_that_is_turned_away_is_told_what_to_do() {
    let (waiting, most) = (7, 5);
    assert_eq!(
        Shed::Queue { waiting, most }.to_string(),
        "7 calls wait for the rate limit and 5 may; try again later, lower the load, or let more wait with `RateLimit::queue`"
    );
    let (wait, left) = (5 * SECOND, 2 * SECOND);
    assert_eq!(
        Shed::Deadline { wait, left }.to_string(),
        "the rate limit holds the call up for 5s and it has 2s left; allow more with `.timeout(…)`, lower the load, or raise the limit"
    );
}

#[test]
fn its_options_are_shown() {
    assert_eq!(
        format!("{:?}", RateLimit::new().requests(5).queue(3)),
        "RateLimit { requests: Some(5), tokens: None, input_tokens: None, output_tokens: None, burst: 10s, queue: 3, waiting: 0 }"
    );
}

#[test]
fn waits_and_calls_that_are_turned_away_are_logged() {
    // In one process, tests that run beside this one decide whether an event is recorded.
    let mut child = Command::new(std::env::current_exe().unwrap());
    let test = "llm::rate_limit::tests::events_of_this_process";
    let output = child.args(["--ignored", "--exact", "--nocapture", test]);
    let said = output.output().unwrap().stdout;
    let said = String::from_utf8_lossy(&said);
    for event in [
        "DEBUG zyn::telemetry: the rate limit lets the call through zyn.rate_limit.waited_ms=1000",
        " INFO zyn::telemetry: the rate limit turns the call away: too many wait zyn.rate_limit.waiting=1 zyn.rate_limit.queue=1",
        " INFO zyn::telemetry: the rate limit turns the call away: it would wait past its deadline zyn.rate_limit.wait_ms=1000 zyn.rate_limit.left_ms=10",
    ] {
        assert_eq!(said.matches(event).count(), 1, "{event}\n{said}");
    }
    assert_eq!(said.matches("rate_limit.").count(), 5, "{said}"); // and none for the call that did not wait
}

#[tokio::test(start_paused = true)]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib rate_limit` runs it in a process of its own, by the test above"]
async fn events_of_this_process() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .init();
    let limit = one_a_second(1).queue(1);
    drop(admit(&limit, CALL).await);
    let hasty = limit.admit(CALL, clock::after(Duration::from_millis(10)));
    assert!(hasty.await.is_err());
    let waits = beside(&limit, CALL).await;
    assert!(limit.admit(CALL, in_time()).await.is_err());
    drop(waits.await);
}
