//! How long each part of an answer is waited for, and what a reply says is left.

use super::*;
use crate::clock;
use crate::llm::Llm;
use crate::provider::canned::Over;
use crate::provider::{Remaining, Wait};
use crate::session::Session;
use crate::synapse::transform;

const SECOND: Duration = Duration::from_secs(1);

fn stream() -> Canned {
    let piece = |text: &str| json!({"choices": [{"delta": {"content": text}}]});
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
    let events = [piece("a"), piece("b"), end];
    let pieces = events
        .iter()
        .map(|event| format!("data: {event}\n\n").into());
    Canned {
        status: 200,
        pieces: pieces.collect(),
        ..Canned::default()
    }
    .header("content-type", "text/event-stream")
}

/// What comes of a stream with these limits, and how many seconds it took.
async fn heard(reply: Canned, first_byte: u64, idle: u64) -> (Result<String, Failure>, u64) {
    let (remote, _) = served(openai::KIND, move |_| reply.clone());
    let request = Request {
        first_byte: SECOND * u32::try_from(first_byte).unwrap(),
        idle: SECOND * u32::try_from(idle).unwrap(),
        ..request()
    };
    let begun = clock::now();
    let outcome = remote.attempt(&request, Some(&mut |_: &str| {})).await;
    let outcome = outcome
        .map(|it| it.text)
        .map_err(|error| error.kind.clone());
    (outcome, (clock::now() - begun).as_secs())
}

fn late(seconds: u64) -> Canned {
    Canned {
        late: Duration::from_secs(seconds),
        ..stream()
    }
}

fn paused(seconds: u64) -> Canned {
    Canned {
        pause: Duration::from_secs(seconds),
        ..stream()
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_a_limit_for_its_beginning_and_another_for_its_pauses() {
    let whole = || Ok("ab".to_owned());
    let timeout = |wait, seconds: u32| {
        let limit = SECOND * seconds;
        Err(Failure::Timeout { wait, limit })
    };
    assert_eq!(heard(late(9), 10, 1).await, (whole(), 9));
    assert_eq!(
        heard(late(11), 10, 60).await,
        (timeout(Wait::FirstByte, 10), 10)
    );
    // the pieces come after 4, 8 and 12 seconds, and the end after 16
    assert_eq!(heard(paused(4), 5, 5).await, (whole(), 16));
    assert_eq!(
        heard(paused(4), 5, 3).await,
        (timeout(Wait::Idle, 3), 4 + 3)
    );
    assert_eq!(
        heard(paused(4), 3, 5).await,
        (timeout(Wait::FirstByte, 3), 3)
    );
    // the head and the first byte of the body have one limit
    let both = Canned {
        late: SECOND * 8,
        ..paused(4)
    };
    assert_eq!(
        heard(both, 10, 60).await,
        (timeout(Wait::FirstByte, 10), 10)
    );
}

#[tokio::test(start_paused = true)]
async fn blanks_in_front_of_a_stream_begin_it() {
    let mut reply = paused(4);
    reply.pieces.insert(0, "\n".into());
    let idle = Failure::Timeout {
        wait: Wait::Idle,
        limit: SECOND * 3,
    };
    assert_eq!(heard(reply.clone(), 5, 5).await, (Ok("ab".to_owned()), 20));
    assert_eq!(heard(reply, 5, 3).await, (Err(idle), 7));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_one_piece_has_no_limit_here() {
    let reply = Canned {
        late: SECOND * 3_000,
        pause: SECOND * 1_000,
        ..ok()
    };
    let (remote, _) = served(openai::KIND, move |_| reply.clone());
    let request = Request {
        first_byte: SECOND,
        idle: SECOND,
        ..request()
    };
    assert_eq!(remote.attempt(&request, None).await.unwrap().text, "ok");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_45_seconds_arrives_where_60_are_allowed_and_nothing_else_is_set() {
    let slow = [
        ("in one piece", false, ok()),
        ("a stream that begins late", true, late(45)),
        ("a stream with long pauses", true, paused(11)),
    ];
    for (name, streamed, reply) in slow {
        let reply = match streamed {
            true => reply,
            false => Canned {
                late: SECOND * 45,
                ..reply
            },
        };
        let (remote, sent) = served(openai::KIND, move |_| reply.clone());
        let llm = Llm::new(Over(remote)).timeout(SECOND * 60);
        let transform = transform("Make it polite");
        let mut session = Session::new();
        let begun = clock::now();
        let answer = match streamed {
            true => {
                let stream = transform.stream(&llm, &mut session, "hi").unwrap();
                stream.finish().await
            }
            false => transform.fire(&llm, &mut session, "hi").await,
        };
        let took = (clock::now() - begun).as_secs();
        let text = if streamed { "ab" } else { "ok" };
        assert_eq!(answer.unwrap(), text, "{name}");
        assert!((44..=45).contains(&took), "{name}: {took}");
        assert_eq!(sent.lock().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn each_limit_names_the_option_that_raises_it() {
    let said = |wait| {
        let limit = SECOND * 9;
        ProviderError::new("openai", Failure::Timeout { wait, limit }).to_string()
    };
    for (wait, option) in [
        (Wait::Attempt, "`.attempt_timeout(…)`"),
        (Wait::FirstByte, "`.first_byte_timeout(…)`"),
        (Wait::Idle, "`.idle_timeout(…)`"),
    ] {
        let said = said(wait);
        assert!(said.contains(option) && said.contains("9s"), "{said}");
    }
}

#[test]
fn what_is_left_is_told_with_every_outcome() {
    let limited = |reply: Canned| reply.header("x-ratelimit-remaining-requests", "7");
    let left = |reply: &Canned, streamed| match outcome(reply, streamed).0 {
        Ok(response) => response.remaining,
        Err(error) => error.remaining.as_deref().copied(),
    };
    let broken = Canned {
        breaks: true,
        pieces: stream().pieces[..1].to_vec(),
        ..stream()
    };
    let silent = Canned {
        stalls: true,
        ..broken.clone()
    };
    let inside = json!({"error": {"code": 500, "message": "it broke"}});
    let seven = Remaining {
        requests: Some(7),
        ..Remaining::default()
    };
    for (streamed, reply) in [
        (false, ok()),
        (true, ok()),
        (true, stream()),
        (false, message(429, "slow down")),
        (true, message(503, "not now")),
        (false, Canned::json(200, &inside)),
        (false, Canned::new(200, "<html>")),
        (true, events([])),
        (true, broken),
        (true, silent),
    ] {
        assert_eq!(left(&reply, streamed), None);
        assert_eq!(left(&limited(reply), streamed), Some(seven));
    }
}
