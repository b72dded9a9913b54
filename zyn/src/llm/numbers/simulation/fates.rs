//! What a server does with a request: drawn anew for each.

use std::time::Duration;

use fastrand::Rng;

use super::server::{Failed, Mood};
use crate::provider::{ConfigError, Failure, ProviderError, Request};
use crate::session::Usage;

/// What becomes of a request.
pub(super) struct Fate {
    /// How long the server thinks before it writes anything.
    pub(super) latency: Duration,
    /// How long it takes for each word, if it is heard while it writes.
    pub(super) pace: Duration,
    pub(super) end: End,
}

pub(super) enum End {
    /// An answer; a valid one by what it is in a conversation.
    Answer {
        text: String,
        valid: Option<String>,
        usage: Option<Usage>,
    },
    /// It fails; a stream behind so many words.
    Failure {
        error: Box<ProviderError>,
        failed: Failed,
        words: usize,
    },
    /// It never answers.
    Silence,
}

const MS: Duration = Duration::from_millis(1);

pub(super) fn draw(rng: &mut Rng, mood: Mood, number: u64, request: &Request) -> Fate {
    let latency = match rng.u8(..10) {
        0..2 => 0,
        2..9 => rng.u32(1..3_000),
        _ => rng.u32(1..60_000),
    };
    let pace = if rng.bool() { 0 } else { rng.u32(1..400) };
    let end = if rng.f64() < mood.silent {
        End::Silence
    } else if rng.f64() < mood.failing {
        failure(rng, number)
    } else {
        answer(rng, mood, number, request)
    };
    Fate {
        latency: MS * latency,
        pace: MS * pace,
        end,
    }
}

fn usage(rng: &mut Rng) -> Option<Usage> {
    (rng.u8(..10) > 0).then(|| Usage::new(rng.u64(1..600), rng.u64(1..400)))
}

fn failure(rng: &mut Rng, number: u64) -> End {
    let limit = MS * 1_000;
    let what = "HTML";
    let (kind, name) = match rng.u8(..21) {
        0 => (Failure::Config(ConfigError::Model), "config"),
        1 => (Failure::Connect, "connect"),
        2 => (Failure::Interrupted, "interrupted"),
        3 => (
            Failure::Timeout {
                wait: crate::provider::Wait::Attempt,
                limit,
            },
            "timeout",
        ),
        4 => (Failure::RateLimit, "rate limit"),
        5 => (Failure::Quota, "quota"),
        6 => (Failure::Overloaded, "overloaded"),
        7 => (Failure::Unavailable, "unavailable"),
        8 => (Failure::Server, "server"),
        9 => (Failure::Auth, "auth"),
        10 => (Failure::NotFound, "not found"),
        11 => (Failure::ContextWindow, "context window"),
        12 => (Failure::Rejected, "rejected"),
        13 => (Failure::SchemaRefused, "schema refused"),
        14 => (Failure::Redirect, "redirect"),
        15 => (Failure::ReplyTooLarge { limit: 8 }, "reply too large"),
        16 => (Failure::Protocol { what }, "protocol"),
        17 => (Failure::Refusal, "refusal"),
        18 => (Failure::Filtered, "filtered"),
        19 => (Failure::Truncated, "truncated"),
        _ => (Failure::Empty, "empty"),
    };
    let mut error = ProviderError::new("simulated", kind);
    error.request_id = Some(number.to_string());
    error.retry_after = match rng.u8(..10) {
        0 => Some(Duration::ZERO),
        1 => Some(MS * rng.u32(1..2_000)),
        2 => Some(MS * rng.u32(1..200_000)),
        _ => None,
    };
    error.should_retry = match rng.u8(..10) {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    error.adapted = rng.u8(..20) == 0;
    if rng.u8(..5) == 0 {
        error.usage = usage(rng);
    }
    if error.kind == Failure::Server && rng.bool() {
        error.status = Some(if rng.bool() { 408 } else { 409 });
    }
    let mut failed = Failed::of(&error);
    failed.name = name;
    End::Failure {
        error: Box::new(error),
        failed,
        words: rng.usize(..4),
    }
}

fn answer(rng: &mut Rng, mood: Mood, number: u64, request: &Request) -> End {
    let usage = usage(rng);
    if rng.f64() < mood.confused {
        return End::Answer {
            text: nonsense(rng, request),
            valid: None,
            usage,
        };
    }
    let (text, valid) = valid(rng, number, request);
    End::Answer {
        text,
        valid: Some(valid),
        usage,
    }
}

/// Blank, no JSON, JSON of another kind, or longer than a text may be.
fn nonsense(rng: &mut Rng, request: &Request) -> String {
    match (rng.u8(..4), &request.schema) {
        (0, _) => String::new(),
        (1, _) => " \n".to_owned(),
        (_, None) => "and ".repeat(100),
        (2, Some(_)) => "I would rather talk about the weather.".to_owned(),
        (_, Some(_)) => r#"{"unasked":[1,2]}"#.to_owned(),
    }
}

/// The text of a valid answer, and what it is in a conversation.
fn valid(rng: &mut Rng, number: u64, request: &Request) -> (String, String) {
    let Some(schema) = &request.schema else {
        let text = format!("This is answer {number} of the world.");
        return (text.clone(), text);
    };
    let confidence = match schema.json.contains("\"confidence\"") {
        true => format!(",\"confidence\":0.{}", rng.u8(1..10)),
        false => String::new(),
    };
    if schema.json.contains("\"label\"") {
        let label = ["Question", "Complaint", "Other"][rng.usize(..3)];
        let text = format!("{{\"label\":\"{label}\"{confidence}}}");
        return (text, label.to_owned());
    }
    if schema.json.contains("\"answer\"") {
        let (answer, word) = if rng.bool() {
            (true, "yes")
        } else {
            (false, "no")
        };
        return (
            format!("{{\"answer\":{answer}{confidence}}}"),
            word.to_owned(),
        );
    }
    let list = format!("[\"stop {number}\",\"end\"]");
    if schema.json.contains("\"value\"") {
        return (format!("{{\"value\":{list}}}"), list);
    }
    let parcel = format!("{{\"number\":{number},\"stops\":{list}}}");
    (parcel.clone(), parcel)
}
