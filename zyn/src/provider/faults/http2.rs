//! Faults of HTTP/2, in frames.

use super::api::Api;
use super::client;
use super::server::{Do, Reads};
use super::table::{Fault, Wanted};
use crate::provider::Failure;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// `:status: 200`, in the table that both sides know.
const OK: &[u8] = &[0x88];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn go_away(last: u32, code: u32) -> Vec<u8> {
    let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

fn reset(code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, 1, &code.to_be_bytes())
}

pub(super) fn faults(api: &Api) -> Vec<Fault> {
    let wire = api.wire;
    let client = client(reqwest::ClientBuilder::http2_prior_knowledge);
    let head = || frame(HEADERS, END_HEADERS, 1, OK);
    let good = || [head(), frame(DATA, END_STREAM, 1, wire.whole.as_bytes())].concat();
    let stream = [head(), frame(DATA, END_STREAM, 1, wire.stream().as_bytes())].concat();
    let half = frame(DATA, 0, 1, &wire.whole.as_bytes()[..40]);
    let begun = frame(DATA, 0, 1, wire.begun.concat().as_bytes());
    let broken = || Wanted::Fails(Failure::Interrupted);
    let says = |frames: Vec<u8>| {
        vec![
            Do::Say(frame(SETTINGS, 0, 0, &[])),
            Do::ReadFrames,
            Do::Say([frame(SETTINGS, ACK, 0, &[]), frames].concat()),
            Do::HalfClose,
        ]
    };
    let fault = |name, wanted, frames| {
        Fault::both(name, wanted, says(frames))
            .reset(Reads::Nothing)
            .with(&client)
    };
    let whole = |fault: Fault| Fault {
        stream: None,
        ..fault
    };
    let streamed = |fault: Fault| Fault {
        whole: None,
        ..fault
    };
    vec![
        fault("HTTP/2: an answer", Wanted::Answer, good()),
        streamed(fault("HTTP/2: a stream", Wanted::Answer, stream)),
        fault("HTTP/2: told to go away", broken(), go_away(0, 0)),
        fault("HTTP/2: told to calm down", broken(), go_away(0, 11)),
        fault("HTTP/2: refused", broken(), reset(7)),
        fault("HTTP/2: cancelled", broken(), reset(8)),
        fault(
            "HTTP/2: told to go away behind the head",
            broken(),
            [head(), go_away(0, 2)].concat(),
        ),
        whole(fault(
            "HTTP/2: reset in the body",
            broken(),
            [head(), half, reset(2)].concat(),
        )),
        streamed(fault(
            "HTTP/2: reset in the stream",
            broken(),
            [head(), begun, reset(2)].concat(),
        )),
        fault(
            "HTTP/2: a frame that is none",
            broken(),
            frame(HEADERS, END_HEADERS, 0, &[0xff; 9]),
        ),
        fault(
            "HTTP/2: answered in HTTP/1",
            broken(),
            b"HTTP/1.1 200 OK\r\n\r\n{}".to_vec(),
        ),
        fault("HTTP/2: closed", broken(), Vec::new()),
    ]
}
