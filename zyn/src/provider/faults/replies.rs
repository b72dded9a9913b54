//! Faults of what is said, in HTTP that is as it should be.

use super::api::{Api, WIRES};
use super::server::{Do, reply};
use super::table::{Fault, Wanted};
use super::{CANARY, PROMPT};
use crate::provider::Failure;

const LIMIT: usize = 8 * 1024 * 1024;

pub(super) fn faults(api: &Api) -> Vec<Fault> {
    [answers(api), errors(api)].concat()
}

fn protocol(what: &'static str) -> Wanted {
    Wanted::Fails(Failure::Protocol { what })
}

/// A reply of bytes.
fn bytes(headers: &str, body: &[u8]) -> Vec<Do> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    vec![Do::say(head), Do::say(body)]
}

/// Successes that are none.
fn answers(api: &Api) -> Vec<Fault> {
    let wire = api.wire;
    let json = "content-type: application/json\r\n";
    let html = "<!doctype html>\n<html><title>nginx</title></html>";
    let says = |headers: &str, body: &str| bytes(headers, body.as_bytes());
    let broken = || protocol("broken JSON");
    let with = |with: &str| wire.whole.replacen("\"m-1\"", with, 1);
    let mut not_utf8 = with("\"m-?\"").into_bytes();
    let at = not_utf8.iter().position(|byte| *byte == b'?').unwrap();
    not_utf8[at] = 0xff;
    let mut others = WIRES.iter().filter(|(name, _)| *name != api.name);
    let (_, other) = others.next_back().unwrap();
    let too_large = || Wanted::Fails(Failure::ReplyTooLarge { limit: LIMIT });
    let mut flood = b"{".to_vec();
    flood.resize(LIMIT + 1, b' ');
    let gzip: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
    ];
    vec![
        Fault::both(
            "HTML",
            protocol("HTML"),
            says("content-type: text/html\r\n", html),
        ),
        Fault::both(
            "HTML that says it is JSON",
            protocol("HTML"),
            says(json, html),
        ),
        Fault::both(
            "HTML that does not say so",
            protocol("HTML"),
            says("", html),
        ),
        Fault::both("nothing", protocol("an empty body"), says(json, "")),
        Fault::both(
            "nothing, of no type",
            protocol("an empty body"),
            says("", ""),
        ),
        Fault::both("blanks", protocol("an empty body"), says(json, "\r\n \n")),
        Fault::both(
            "no content",
            protocol("an empty body"),
            vec![Do::say("HTTP/1.1 204 No Content\r\n\r\n")],
        ),
        Fault::both(
            "an answer behind a byte order mark",
            Wanted::Answer,
            says(json, &format!("\u{feff}{}", wire.whole)),
        ),
        Fault::both(
            "an answer that says it is plain text",
            Wanted::Answer,
            says("content-type: text/plain\r\n", wire.whole),
        ),
        Fault::both(
            "an answer that says it is HTML",
            Wanted::Answer,
            says("content-type: text/html\r\n", wire.whole),
        ),
        Fault::both("an answer of no type", Wanted::Answer, says("", wire.whole)),
        Fault::both(
            "an answer that says it is a stream",
            Wanted::Answer,
            says(
                &format!("content-type: {}\r\n", wire.stream_type),
                wire.whole,
            ),
        ),
        Fault::both(
            "an answer of a type that is none",
            Wanted::Answer,
            says("content-type: \u{e4}/;;\r\n", wire.whole),
        ),
        Fault::both("half an answer", broken(), says(json, &wire.whole[..40])),
        Fault::both(
            "an answer twice",
            broken(),
            says(json, &format!("{0}\n{0}", wire.whole)),
        ),
        Fault::both(
            "an answer that is not UTF-8",
            broken(),
            bytes(json, &not_utf8),
        ),
        Fault::both(
            "an answer with a zero byte in it",
            broken(),
            says(json, &with("\"m-\0\"")),
        ),
        Fault::both(
            "zero bytes",
            protocol("text that is not JSON"),
            bytes(json, &[0; 64]),
        ),
        Fault::both(
            "nested too deeply",
            broken(),
            says(json, &"[".repeat(200_000)),
        ),
        Fault::both(
            "an answer with something in it nested too deeply",
            broken(),
            says(
                json,
                &with(&format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000))),
            ),
        ),
        Fault::both(
            "an answer of another API",
            Wanted::Protocol,
            says(json, other.whole),
        ),
        Fault::both("an object of nothing", Wanted::Protocol, says(json, "{}")),
        Fault::both("a list of nothing", Wanted::Protocol, says(json, "[]")),
        Fault::both(
            "JSON that is no object",
            Wanted::Protocol,
            says(json, "null"),
        ),
        Fault::both(
            "plain words",
            protocol("text that is not JSON"),
            says(json, "it works!"),
        ),
        Fault::both(
            "compressed, which nobody asked for",
            protocol("a compressed body"),
            bytes(&format!("{json}content-encoding: gzip\r\n"), gzip),
        ),
        Fault::whole(
            "a stream, which nobody asked for",
            Wanted::Protocol,
            says(
                &format!("content-type: {}\r\n", wire.stream_type),
                &wire.stream(),
            ),
        ),
        Fault::both(
            "an announced length over the cap",
            too_large(),
            vec![Do::say(format!(
                "HTTP/1.1 200 OK\r\n{json}content-length: {}\r\n\r\n{{",
                LIMIT + 1
            ))],
        ),
        Fault::both(
            "longer than the cap, and not announced",
            too_large(),
            vec![
                Do::say(format!("HTTP/1.1 200 OK\r\n{json}\r\n")),
                Do::Say(flood),
            ],
        ),
    ]
}

/// What a server says when it does not do what it was asked.
fn errors(api: &Api) -> Vec<Fault> {
    let said = |words: &str| {
        format!(r#"{{"error":{{"message":"{words} {CANARY} {PROMPT}","code":"{CANARY}"}}}}"#)
    };
    let html = "<html>nginx</html>";
    let id = format!("x-request-id: {CANARY}\r\n");
    let fails = |name, kind, status: &str, headers: &str, body: &str| {
        Fault::both(
            name,
            Wanted::Fails(kind),
            vec![Do::say(reply(status, headers, body))],
        )
    };
    let half = |name, kind, status: &str| {
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: 999\r\n\r\n{{\"error\":{{\"mess");
        Fault::both(name, Wanted::Fails(kind), vec![Do::say(text)])
    };
    let moved = Failure::Redirect;
    let late = |seconds: &str| format!("retry-after: {seconds}\r\n");
    let long = "x".repeat(9 * 1024 * 1024);
    let own = api.wire.whole;
    vec![
        fails(
            "an error in a success",
            Failure::Server,
            "200 OK",
            &id,
            &said("late"),
        ),
        fails(
            "refused",
            Failure::Rejected,
            "400 Bad Request",
            &id,
            &said("bad"),
        ),
        fails(
            "refused, with a good answer",
            Failure::Rejected,
            "400 Bad Request",
            "",
            own,
        ),
        fails(
            "the key is wrong",
            Failure::Auth,
            "401 Unauthorized",
            &id,
            &said("Incorrect API key provided:"),
        ),
        fails(
            "the key is wrong, at length",
            Failure::Auth,
            "401 Unauthorized",
            "",
            &long,
        ),
        fails(
            "no such address",
            Failure::NotFound,
            "404 Not Found",
            "",
            html,
        ),
        fails(
            "too large",
            Failure::Rejected,
            "413 Payload Too Large",
            "",
            html,
        ),
        fails(
            "busy until next year",
            Failure::RateLimit,
            "429 Too Many",
            &late("31536000"),
            &said("slow"),
        ),
        fails(
            "busy until the end of time",
            Failure::Unavailable,
            "503 Unavailable",
            &late("1e308"),
            CANARY,
        ),
        fails(
            "busy since yesterday",
            Failure::Overloaded,
            "529 Overloaded",
            &late("-86400"),
            "",
        ),
        fails(
            "failed",
            Failure::Server,
            "500 Internal Server Error",
            "",
            &said("oops"),
        ),
        fails(
            "failed, in HTML",
            Failure::Server,
            "500 Internal Server Error",
            "",
            html,
        ),
        fails(
            "a gateway failed, in HTML",
            Failure::Server,
            "502 Bad Gateway",
            "",
            html,
        ),
        fails(
            "a status that nobody knows",
            Failure::Server,
            "799 What",
            "",
            "",
        ),
        half("failed, and broken off", Failure::Server, "500 Oops"),
        half(
            "the key is wrong, and broken off",
            Failure::Auth,
            "401 Unauthorized",
        ),
        half("busy, and broken off", Failure::RateLimit, "429 Too Many"),
        fails("not modified", moved.clone(), "304 Not Modified", "", ""),
        fails(
            "moved, and not said where",
            moved.clone(),
            "302 Found",
            "",
            html,
        ),
        fails(
            "moved to what is no address",
            moved,
            "307 Temporary",
            "location: http://[\r\n",
            "",
        ),
    ]
}
