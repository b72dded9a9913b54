//! What holds for every provider, with faults and without.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::api::{TEXT, USAGE, apis};
use super::server::{Do, Reads, Server, reply};
use super::table::LIMIT;
use super::{CANARY, PROMPT, call};
use crate::llm::Allowance;
use crate::provider::{Failure, Request, Wait};
use crate::session::{Message, Session, Usage};
use crate::synapse::Tape;

#[tokio::test]
async fn a_call_reaches_the_server_whole_and_with_its_length() {
    for api in apis() {
        let seen = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&seen);
        let server = Server::new(move |mut stream, request| {
            *kept.lock().unwrap() = request;
            stream
                .write_all(reply("200 OK", "", api.wire.whole).as_bytes())
                .unwrap();
        });
        let llm = server.llm(&api, CANARY);
        assert_eq!(call(&llm, 0).await.unwrap().text, TEXT, "{}", api.name);
        assert_eq!(llm.spend().usage, Usage::new(USAGE.0, USAGE.1));
        let seen = seen.lock().unwrap();
        let (head, body) = seen.split_once("\r\n\r\n").unwrap();
        let (name, scheme) = api.key;
        assert_eq!(head.matches(CANARY).count(), 1, "{head}");
        assert!(
            head.contains(&format!("{name}: {scheme}{CANARY}\r\n")),
            "{head}"
        );
        let head = head.to_lowercase();
        assert!(head.starts_with("post /deep/v1/"), "{head}");
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{head}"
        );
        assert!(
            !head.contains("referer") && !head.contains("transfer-encoding"),
            "{head}"
        );
        assert!(body.ends_with('}') && body.contains(PROMPT), "{body}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_when_it_said() {
    for api in apis() {
        let calls = AtomicUsize::new(0);
        let server = Server::new(move |mut stream, _| {
            let reply = match calls.fetch_add(1, Ordering::SeqCst) {
                0 => reply("429 Too Many Requests", "retry-after-ms: 20\r\n", "{}"),
                _ => reply("200 OK", "", api.wire.whole),
            };
            stream.write_all(reply.as_bytes()).unwrap();
        });
        let llm = server.llm(&api, CANARY);
        assert_eq!(call(&llm, 1).await.unwrap().text, TEXT);
        assert_eq!(llm.spend().attempts, 2);
    }
}

#[tokio::test]
async fn a_wait_that_is_absurd_is_not_waited_for() {
    for api in apis() {
        for status in ["429 Too Many", "503 Unavailable", "529 Overloaded"] {
            for wait in ["31536000", "1e308", "99999999999999999999", "121"] {
                let late = format!("retry-after: {wait}\r\n");
                let server = Server::says(reply(status, &late, "{}"));
                let llm = server.llm(&api, CANARY);
                let error = call(&llm, 2).await.unwrap_err();
                assert!(
                    error.retry_after > Some(Duration::from_secs(120)),
                    "{error}"
                );
                assert_eq!(llm.spend().attempts, 1, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_stream_may_be_silent_only_so_long() {
    let (first_byte, idle) = (Duration::from_millis(250), Duration::from_millis(300));
    for api in apis() {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {}\r\n\r\n",
            api.wire.stream_type
        );
        let begun = head.clone() + &api.wire.begun.concat();
        let silent = [
            (Wait::FirstByte, first_byte, vec![Do::Hold]),
            (Wait::FirstByte, first_byte, vec![Do::say(head), Do::Hold]),
            (Wait::Idle, idle, vec![Do::say(begun), Do::Hold]),
        ];
        for (wait, limit, script) in silent {
            let server = Server::plays(Reads::All, script);
            let request = Request {
                first_byte,
                idle,
                ..Request::new(Message::user(PROMPT))
            };
            let mut allowance = Allowance::of(Duration::from_secs(60), 0);
            let llm = server.llm(&api, CANARY);
            let ear = Tape::default();
            let error = llm
                .asks(&request, &mut allowance, Some(&ear))
                .await
                .unwrap_err();
            assert_eq!(error.kind, Failure::Timeout { wait, limit }, "{error:?}");
            assert_eq!(error.host.as_deref(), Some(&*server.address));
        }
    }
}

#[tokio::test]
async fn what_is_slow_and_never_silent_is_waited_for() {
    for api in apis() {
        let mut script = vec![Do::say(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {}\r\n\r\n",
            api.wire.stream_type
        ))];
        let (begun, rest) = (api.wire.begun.concat(), api.wire.rest.concat());
        let pause = Duration::from_millis(50);
        let pings = || {
            vec![Do::Wait(pause), Do::say(api.wire.ping)]
                .into_iter()
                .cycle()
                .take(12)
        };
        script.extend(pings());
        script.push(Do::say(begun));
        script.extend(pings());
        script.push(Do::say(rest));
        let server = Server::plays(Reads::All, script);
        let request = Request {
            first_byte: LIMIT,
            idle: LIMIT,
            ..Request::new(Message::user(PROMPT))
        };
        let mut allowance = Allowance::of(Duration::from_secs(60), 0);
        let llm = server.llm(&api, CANARY);
        let ear = Tape::default();
        let answer = llm.asks(&request, &mut allowance, Some(&ear)).await;
        assert_eq!(answer.unwrap().text, TEXT, "{}", api.name);
    }
}

#[tokio::test]
async fn a_dropped_stream_hangs_up_and_leaves_the_session_untouched() {
    for api in apis() {
        let (hung_up, told) = std::sync::mpsc::channel();
        let server = Server::new(move |mut stream, _| {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {}\r\n\r\n{}",
                api.wire.stream_type,
                api.wire.begun.concat()
            );
            stream.write_all(head.as_bytes()).unwrap();
            let rest = std::io::Read::read(&mut stream, &mut [0; 9]);
            hung_up.send(matches!(rest, Ok(0) | Err(_))).unwrap();
        });
        let llm = server.llm(&api, CANARY);
        let mut session = Session::new();
        let before = session.clone();
        let transform = crate::synapse::transform("Make it polite");
        let mut stream = transform.stream(&llm, &mut session, PROMPT).unwrap();
        assert_eq!(stream.text().await.as_deref(), Some("{\"va"));
        drop(stream);
        // the connection is closed by a task of the client's
        tokio::time::sleep(Duration::from_millis(20)).await;
        let told = tokio::task::spawn_blocking(move || told.recv_timeout(Duration::from_secs(5)));
        assert_eq!(told.await.unwrap(), Ok(true), "{}", api.name);
        assert_eq!(session, before);
        assert_eq!((llm.spend().attempts, llm.spend().unknown), (1, 1));
    }
}
