//! Faults of a stream, which has begun well.

use std::time::Duration;

use super::api::{Api, WIRES};
use super::server::Do;
use super::table::{Fault, Wanted};
use crate::provider::Failure;

const TEXT: usize = 8 * 1024 * 1024;
const EVENT: usize = 16 * 1024 * 1024;

pub(super) fn faults(api: &Api) -> Vec<Fault> {
    let wire = api.wire;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {}\r\n", wire.stream_type);
    let begun = wire.begun.concat();
    let good = wire.stream();
    // closing is the end of such a body, so nothing but its words can say that it is not whole
    let says = |body: &str| vec![Do::say(format!("{head}\r\n{body}"))];
    let then = |body: &str, step: Do| vec![Do::say(format!("{head}\r\n{body}")), step];
    let chunked = |body: &str, end: &str| {
        let length = body.len();
        vec![Do::say(format!(
            "{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n{end}"
        ))]
    };
    let broken = || Wanted::Fails(Failure::Interrupted);
    let too_large = |limit| Wanted::Fails(Failure::ReplyTooLarge { limit });
    let typed = |kind: &str, body: &str| {
        vec![Do::say(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n{body}"
        ))]
    };
    let pings = wire.ping.repeat(3);
    let (error, kind) = wire.error.clone();
    let last = wire.begun.last().unwrap();
    let middle = last.find(r"{\").unwrap() + 4;
    let in_event = &good[..begun.len() - last.len() + middle];
    let other = match wire.stream_type {
        "application/x-ndjson" => "{\"other\":1}\n".repeat(3),
        _ => {
            let mut others = WIRES.iter().filter(|(name, _)| *name != api.name);
            others.next().unwrap().1.stream()
        }
    };
    let long = last.replace(r#"{\"va"#, &"y".repeat(65_536)).into_bytes();
    let piecemeal = Duration::from_micros(200);
    vec![
        Fault::stream(
            "a stream, byte by byte",
            Wanted::Answer,
            vec![
                Do::say(format!("{head}\r\n")),
                Do::Drip(good.clone().into(), piecemeal),
            ],
        ),
        Fault::stream(
            "a stream with pings in it",
            Wanted::Answer,
            says(&format!(
                "{pings}{begun}{pings}{}{pings}",
                wire.rest.concat()
            )),
        ),
        Fault::stream(
            "a stream of no type",
            Wanted::Answer,
            vec![Do::say(format!("HTTP/1.1 200 OK\r\n\r\n{good}"))],
        ),
        Fault::stream(
            "a stream that says it is plain text",
            Wanted::Answer,
            typed("text/plain", &good),
        ),
        Fault::stream(
            "a stream that says it is JSON",
            match wire.stream_type {
                // it begins as a whole answer does, so its type is believed
                "application/x-ndjson" => Wanted::Protocol,
                _ => Wanted::Answer,
            },
            typed("application/json", &good),
        ),
        Fault::stream(
            "a stream behind a byte order mark",
            Wanted::Answer,
            says(&format!("\u{feff}{good}")),
        ),
        Fault::stream(
            "a stream behind blank lines",
            Wanted::Answer,
            says(&format!("\n\r\n\n{good}")),
        ),
        Fault::stream(
            "a stream whose server does not hang up",
            Wanted::Answer,
            then(&good, Do::Wait(Duration::from_millis(300))),
        ),
        Fault::stream(
            "a stream whose last chunk is missing",
            Wanted::Answer,
            chunked(&good, ""),
        ),
        Fault::stream(
            "a stream that breaks behind its end",
            Wanted::Answer,
            chunked(&good, "zz\r\n"),
        ),
        Fault::stream("ended in an event", broken(), says(in_event)),
        Fault::stream("ended in a word", broken(), says(&begun)),
        Fault::stream(
            "ended in a word, as if that were all",
            broken(),
            chunked(&begun, "0\r\n\r\n"),
        ),
        Fault::stream("broken off in an event", broken(), chunked(in_event, "")),
        Fault::stream("broken off in a word", broken(), chunked(&begun, "")),
        Fault::stream("ended before any event", protocol_empty(), says("")),
        Fault::stream("ended behind pings", Wanted::Unknown, says(&pings)),
        Fault::stream(
            "ended behind an event without text",
            broken(),
            says(&wire.begun[0][..wire.begun[0].len() / 2]),
        ),
        Fault::stream(
            "an error behind text",
            Wanted::Fails(kind.clone()),
            says(&format!("{begun}{error}")),
        ),
        Fault::stream("an error before text", Wanted::Fails(kind), says(error)),
        Fault::stream(
            "noise between events",
            Wanted::Protocol,
            says(&format!("{begun}{}{}", wire.garbage, wire.rest.concat())),
        ),
        Fault::stream("a stream of another API", Wanted::Unknown, says(&other)),
        Fault::stream(
            "silence behind text",
            Wanted::TooSlow,
            then(&begun, Do::Hold),
        ),
        Fault::stream("silence before text", Wanted::TooSlow, then("", Do::Hold)),
        Fault::stream(
            "pings without end",
            Wanted::TooSlow,
            vec![
                Do::say(format!("{head}\r\n")),
                Do::Forever(wire.ping.into(), Duration::from_millis(5)),
            ],
        ),
        Fault::stream(
            "pings without end behind text",
            Wanted::TooSlow,
            vec![
                Do::say(format!("{head}\r\n{begun}")),
                Do::Forever(wire.ping.into(), Duration::from_millis(5)),
            ],
        ),
        Fault::stream(
            "an event without end",
            too_large(EVENT),
            vec![
                Do::say(format!("{head}\r\n{}", &last[..middle])),
                Do::Forever(vec![b'y'; 65_536], Duration::ZERO),
            ],
        ),
        Fault::stream(
            "text without end",
            too_large(TEXT),
            vec![
                Do::say(format!("{head}\r\n")),
                Do::Forever(long, Duration::ZERO),
            ],
        ),
    ]
}

fn protocol_empty() -> Wanted {
    Wanted::Fails(Failure::Protocol {
        what: "an empty body",
    })
}
