//! Keys, headers, addresses and models that are meant to do harm, or were pasted badly.

mod addresses;

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::api::{Api, apis};
use super::call;
use super::server::{Server, reply};
use crate::llm::Llm;
use crate::provider::{ConfigError, Failure, ProviderError};

const CANARY: &str = "canary";

/// A server that answers, and keeps the last request as it was sent.
fn listening(api: &Api) -> (Server, Arc<Mutex<String>>) {
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let whole = api.wire.whole;
    let server = Server::new(move |mut stream, request| {
        *kept.lock().unwrap() = request;
        let _ = stream.write_all(reply("200 OK", "", whole).as_bytes());
    });
    (server, seen)
}

/// The path of a request, with what stands behind the `?`.
fn path(request: &str) -> &str {
    let line = request.lines().next().unwrap();
    line.strip_prefix("POST ")
        .and_then(|line| line.strip_suffix(" HTTP/1.1"))
        .unwrap()
}

/// Calls once, and checks that nothing of it shows the canary.
#[track_caller]
fn shows_nothing(llm: &Llm, outcome: &Result<crate::Response, ProviderError>) {
    let shown = match outcome {
        Ok(response) => format!("{llm:?} {response:?}"),
        Err(error) => format!("{llm:?} {error} {error:?} {:?}", error.detail()),
    };
    assert!(!shown.contains(CANARY), "{shown}");
}

fn config(outcome: &Result<crate::Response, ProviderError>) -> &ConfigError {
    match outcome {
        Err(ProviderError {
            kind: Failure::Config(error),
            ..
        }) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_byte_in_a_key_is_sent_as_it_is_or_refused() {
    for api in apis() {
        let (server, seen) = listening(&api);
        let mut sent = 0;
        for byte in 0..=u8::MAX {
            let key = format!("{CANARY}{}{CANARY}", char::from(byte));
            let llm = (api.llm)(server.setup().key(&key));
            let outcome = call(&llm, 0).await;
            shows_nothing(&llm, &outcome);
            if byte.is_ascii_graphic() {
                outcome.unwrap();
                let (name, scheme) = api.key;
                let line = format!("\r\n{name}: {scheme}{key}\r\n");
                let seen = seen.lock().unwrap();
                assert!(seen.contains(&line), "{byte}");
                assert_eq!(seen.matches(CANARY).count(), 2, "{byte}: {seen}");
                sent += 1;
            } else {
                assert!(
                    matches!(config(&outcome), ConfigError::Key { .. }),
                    "{byte}"
                );
            }
        }
        assert_eq!((api.name, sent), (api.name, 94));
    }
}

#[tokio::test]
async fn every_byte_in_a_header_is_sent_as_it_is_or_refused() {
    for api in apis() {
        let (server, seen) = listening(&api);
        for byte in 0..=u8::MAX {
            let value = format!("{CANARY}{}{CANARY}", char::from(byte));
            let mut setup = server.setup();
            setup.header = Some(("x-custom".to_owned(), value.clone()));
            let llm = (api.llm)(setup);
            let outcome = call(&llm, 0).await;
            shows_nothing(&llm, &outcome);
            if byte == b'\t' || byte >= b' ' && byte != 0x7f {
                outcome.unwrap();
                let line = format!("\r\nx-custom: {value}\r\n");
                assert!(seen.lock().unwrap().contains(&line), "{byte}");
            } else {
                let error = config(&outcome);
                assert!(
                    matches!(error, ConfigError::Header { .. }),
                    "{byte}: {error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_header_that_would_change_the_request_is_refused() {
    for api in apis() {
        let (server, seen) = listening(&api);
        let long = "x".repeat(70_000);
        for name in [
            "",
            " ",
            "x y",
            "x:",
            ":path",
            "x\r\ny",
            "x\0",
            "\u{fc}",
            "x\u{200b}",
            "(x)",
            "x/y",
            &long,
            "host",
            "HOST",
            "Content-Length",
            "transfer-encoding",
            "content-type",
            "accept",
            "connection",
            "upgrade",
            "te",
            "trailer",
            "keep-alive",
            "proxy-connection",
            "expect",
            "content-encoding",
            api.key.0,
        ] {
            let mut setup = server.setup().key("k");
            setup.header = Some((name.to_owned(), CANARY.to_owned()));
            let llm = (api.llm)(setup);
            let outcome = call(&llm, 0).await;
            shows_nothing(&llm, &outcome);
            let error = config(&outcome);
            assert!(
                matches!(error, ConfigError::Header { .. }),
                "{name}: {error}"
            );
            let shown = error.to_string();
            assert!(
                shown.len() < 300 && !shown.contains(['\r', '\n', '\0']),
                "{shown}"
            );
        }
        assert_eq!(*seen.lock().unwrap(), "", "{}", api.name);
    }
}
