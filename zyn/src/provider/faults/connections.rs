//! Faults of the connection, and of what HTTP is made of.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use reqwest::dns::{Name, Resolve, Resolving};

use super::api::Api;
use super::client;
use super::server::{Do, Reads};
use super::table::{Fault, Place, Wanted};
use crate::provider::Failure;

const PAUSE: Duration = Duration::from_millis(50);
const SLOW: Duration = Duration::from_millis(150);

/// A name that nobody knows, whatever the network of this machine says.
struct Unknown;

impl Resolve for Unknown {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

/// An address at which nobody listens. It is held, so that no other test is given it.
fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let held = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let base = format!("http://{}/v1", held.local_addr().unwrap());
    std::mem::forget(held);
    base
}

pub(super) fn faults(api: &Api) -> Vec<Fault> {
    let wire = api.wire;
    let good = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{}",
        wire.whole.len(),
        wire.whole
    );
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let half = &wire.whole[..40];
    let connect = || Wanted::Fails(Failure::Connect);
    let broken = || Wanted::Fails(Failure::Interrupted);
    let says = |text: &str| vec![Do::say(text)];
    let then = |text: &str, step: Do| vec![Do::say(text), step];
    let with_head = |text: &str| vec![Do::say(format!("{head}{text}"))];
    let chunked = |rest: &str| format!("{head}transfer-encoding: chunked\r\n\r\n{rest}");
    let mut headers = head.to_owned();
    (0..200).for_each(|n| headers.push_str(&format!("x-{n}: {n}\r\n")));
    let bare = client(|it| it);
    let lost = client(|it| it.dns_resolver(std::sync::Arc::new(Unknown)));
    let nowhere =
        |name, base: String| Fault::both(name, connect(), vec![]).at(Place::Nowhere(base));
    vec![
        nowhere("nobody listens", refusing()),
        nowhere("the name is not known", "http://nowhere.invalid/v1".into()).with(&lost),
        Fault::both("closed without a word", broken(), vec![]),
        Fault::both("closed before it was asked", broken(), vec![]).reset(Reads::Nothing),
        Fault::both("reset before the head", broken(), vec![]).reset(Reads::ABit),
        Fault::both(
            "reset in the head",
            broken(),
            then("HTTP/1.1 200 O", Do::Wait(PAUSE)),
        )
        .reset(Reads::ABit),
        Fault::both(
            "reset in the body",
            broken(),
            then(
                &format!("{head}content-length: 999\r\n\r\n{half}"),
                Do::Wait(PAUSE),
            ),
        )
        .reset(Reads::ABit),
        Fault::both(
            "reset behind the body",
            Wanted::Answer,
            then(&good, Do::Wait(PAUSE)),
        )
        .reset(Reads::ABit),
        Fault::both("the head stops", broken(), says("HTTP/1.1 200")),
        Fault::both(
            "the body stops before its length",
            broken(),
            with_head(&format!("content-length: 999\r\n\r\n{half}")),
        ),
        Fault::both(
            "the chunks stop",
            broken(),
            says(&chunked(&format!("28\r\n{half}\r\n"))),
        ),
        Fault::both(
            "a chunk's size is none",
            broken(),
            says(&chunked("zz\r\n{\"a\"")),
        ),
        Fault::both(
            "a chunk is longer than its size",
            broken(),
            says(&chunked(&format!("5\r\n{half}\r\n"))),
        ),
        Fault::both(
            "a chunk's size is too large for a number",
            broken(),
            says(&chunked(&format!("ffffffffffffffffff\r\n{half}"))),
        ),
        Fault::both(
            "two lengths that differ",
            broken(),
            with_head(&format!(
                "content-length: 40\r\ncontent-length: 41\r\n\r\n{half}"
            )),
        ),
        Fault::both(
            "a length that is no number",
            broken(),
            with_head("content-length: -1\r\n\r\n"),
        ),
        Fault::both(
            "byte by byte, and whole in the end",
            Wanted::Answer,
            vec![Do::Drip(
                good.clone().into_bytes(),
                Duration::from_micros(200),
            )],
        ),
        Fault::both(
            "byte by byte, too slowly",
            Wanted::TooSlow,
            vec![
                Do::Say(head.into()),
                Do::Drip(good.clone().into_bytes(), SLOW),
            ],
        ),
        Fault::both("a head that does not come", Wanted::TooSlow, vec![Do::Hold]),
        Fault::both(
            "a head that comes too slowly",
            Wanted::TooSlow,
            vec![Do::Drip(good.clone().into_bytes(), SLOW)],
        ),
        Fault::both(
            "a body that does not come",
            Wanted::TooSlow,
            then(&format!("{head}content-length: 999\r\n\r\n"), Do::Hold),
        ),
        Fault::both(
            "a body that stands still",
            Wanted::TooSlow,
            then(
                &format!("{head}content-length: 999\r\n\r\n{half}"),
                Do::Hold,
            ),
        ),
        Fault::both(
            "a header without end",
            broken(),
            vec![
                Do::say(format!("{head}x-y: ")),
                Do::Forever(vec![b'y'; 65_536], Duration::ZERO),
            ],
        ),
        Fault::both(
            "headers without end",
            broken(),
            vec![
                Do::say(head),
                Do::Forever(b"x-y: z\r\n".repeat(100), Duration::ZERO),
            ],
        ),
        Fault::both(
            "too many headers",
            broken(),
            says(&format!("{headers}\r\n{}", wire.whole)),
        ),
        Fault::both(
            "a status that is no number",
            broken(),
            says("HTTP/1.1 OK 200\r\n\r\n"),
        ),
        Fault::both(
            "a version that is none",
            broken(),
            says("HTTP/7.7 200 OK\r\n\r\n{}"),
        ),
        Fault::both(
            "a header that is none",
            broken(),
            with_head("\u{1}:\u{2}\r\n\r\n{}"),
        ),
        Fault::both("a body without a head", broken(), says(wire.whole)),
        Fault::both(
            "the greeting of another protocol",
            broken(),
            says("SSH-2.0-OpenSSH_9.9\r\n"),
        ),
        Fault::both("noise", broken(), vec![Do::Say((0..=255).collect())]),
        Fault::both(
            "told to go on, a hundred times, and then answered",
            Wanted::Answer,
            vec![
                Do::Say("HTTP/1.1 100 Continue\r\n\r\n".repeat(100).into()),
                Do::say(&*good),
            ],
        ),
        Fault::both(
            "given hints, and then answered",
            Wanted::Answer,
            vec![
                Do::say("HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"),
                Do::say(&*good),
            ],
        ),
        Fault::both(
            "told to go on, and nothing more",
            Wanted::TooSlow,
            vec![Do::Forever(
                "HTTP/1.1 100 Continue\r\n\r\n".into(),
                Duration::from_millis(5),
            )],
        ),
        Fault::both(
            "another protocol is taken up",
            Wanted::Fails(Failure::Server),
            says(
                "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
            ),
        ),
        Fault::both(
            "no TLS on the port",
            Wanted::NoTls,
            says("HTTP/1.1 400 Bad Request\r\n\r\n"),
        )
        .at(Place::Tls(says("HTTP/1.1 400 Bad Request\r\n\r\n"))),
        Fault::both(
            "no TLS on the port, for a client of the user's own",
            connect(),
            vec![],
        )
        .at(Place::Tls(says("HTTP/1.1 400 Bad Request\r\n\r\n")))
        .with(&bare),
        Fault::both("TLS without an agreement", connect(), vec![])
            .at(Place::Tls(vec![
                Do::say([0x15, 3, 3, 0, 2, 2, 40]),
                Do::Hold,
            ]))
            .with(&bare),
        Fault::both("closed in the middle of TLS", connect(), vec![])
            .at(Place::Tls(vec![]))
            .with(&bare),
        Fault::both(
            "TLS on the port, and asked without",
            broken(),
            vec![Do::say([0x15, 3, 1, 0, 2, 2, 70])],
        ),
        Fault::both(
            "said, and not closed",
            Wanted::Answer,
            then(&good, Do::Hold),
        ),
        Fault::both(
            "more than was announced",
            Wanted::Answer,
            then(&format!("{good}HTTP/1.1 200 OK\r\n\r\nmore"), Do::HalfClose),
        ),
    ]
}
