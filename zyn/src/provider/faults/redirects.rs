//! Redirects are not followed: key and prompt would go to wherever they point.

use std::sync::atomic::Ordering;

use super::CANARY;
use super::api::{Setup, WIRES, apis};
use super::server::{Server, reply};
use crate::error::ErrorKind;
use crate::provider::{Class, Failure};
use crate::session::Session;
use crate::synapse::transform;

const STATUSES: [&str; 5] = [
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
];

/// Fires at a server that redirects, and checks that this was all that happened.
async fn check(llm: &crate::Llm, server: &Server, streamed: bool) {
    let mut session = Session::new();
    let before = session.clone();
    let polite = transform("Make it polite").retry(2);
    let outcome = match streamed {
        false => polite.fire(llm, &mut session, "hi").await,
        true => {
            polite
                .stream(llm, &mut session, "hi")
                .unwrap()
                .finish()
                .await
        }
    };
    let error = outcome.unwrap_err();
    let ErrorKind::Provider(error) = error.kind() else {
        panic!("{error:?}");
    };
    assert_eq!(
        (&error.kind, error.class()),
        (&Failure::Redirect, Class::Terminal)
    );
    assert_eq!(error.host.as_deref(), Some(&*server.address));
    assert!(!error.to_string().contains("elsewhere.example"), "{error}");
    assert_eq!(session, before);
    assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, 0));
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_second_host_is_sent_no_byte_and_the_first_no_second_request() {
    let mut cases = 0;
    for api in apis() {
        let other = Server::says(reply("200 OK", "", api.wire.whole));
        for status in STATUSES {
            for streamed in [false, true] {
                for location in [
                    format!("http://{}/deep/v1/chat/completions", other.address),
                    format!("//{}/", other.address),
                    "https://elsewhere.example/?q=1".to_owned(),
                    "/deep/v1/elsewhere.example".to_owned(),
                    "?again".to_owned(),
                ] {
                    let to = format!("location: {location}\r\n");
                    let server = Server::says(reply(status, &to, "<a href=elsewhere.example>"));
                    check(&server.llm(&api, CANARY), &server, streamed).await;
                    cases += 1;
                }
            }
        }
        assert_eq!(other.connections.load(Ordering::SeqCst), 0);
        assert_eq!(other.bytes.load(Ordering::SeqCst), 0);
    }
    assert_eq!(cases, 50 * apis().len());
}

/// A reply that is complete but for its status is not taken for an answer either.
#[tokio::test]
async fn a_redirect_with_a_good_answer_in_it_is_a_redirect() {
    for api in apis() {
        for (_, wire) in WIRES {
            let server = Server::says(reply("302 Found", "location: /x\r\n", wire.whole));
            check(&server.llm(&api, CANARY), &server, false).await;
        }
    }
}

#[tokio::test]
async fn the_same_holds_where_the_first_host_is_this_machine_by_name() {
    for api in apis() {
        let other = Server::says(reply("200 OK", "", api.wire.whole));
        let to = format!("location: http://localhost:{}/\r\n", port(&other));
        let server = Server::says(reply("307 Temporary Redirect", &to, ""));
        let base = format!("http://localhost:{}/deep/v1", port(&server));
        let llm = (api.llm)(Setup::new(base).key(CANARY));
        let mut session = Session::new();
        let polite = transform("Make it polite");
        let error = polite.fire(&llm, &mut session, "hi").await.unwrap_err();
        assert_eq!(error.provider().unwrap().kind, Failure::Redirect);
        assert_eq!(other.connections.load(Ordering::SeqCst), 0);
    }
}

fn port(server: &Server) -> &str {
    server.address.rsplit(':').next().unwrap()
}
