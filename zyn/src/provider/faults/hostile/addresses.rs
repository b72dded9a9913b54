//! Addresses and models that would lead a request astray.

use reqwest::header::HeaderMap;

use super::{CANARY, config, listening, path, shows_nothing};
use crate::provider::faults::api::{Setup, apis};
use crate::provider::faults::{call, client};
use crate::provider::http::{Post, Transport, TransportError};
use crate::provider::request::CONNECT;
use crate::provider::{ConfigError, Failure};

#[tokio::test]
async fn an_address_that_is_too_long_for_a_request_is_not_asked() {
    let (server, seen) = listening(&apis()[0]);
    let url = format!("http://{}/{}", server.address, "m".repeat(100_000));
    let post = Post {
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Vec::new(),
        connect: CONNECT,
    };
    let outcome = Transport::post(&client(|it| it), post).await;
    let Err(TransportError::NotSent(cause)) = outcome else {
        panic!("{:?}", outcome.err());
    };
    assert!(cause.len() < 200, "{cause}");
    assert_eq!(*seen.lock().unwrap(), "");
}

/// Addresses that cannot be used, wherever they point.
const REFUSED: &[&str] = &[
    "",
    " ",
    "canary",
    "canary.example/v1",
    "//canary.example/v1",
    "/canary",
    "?canary",
    "http:",
    "http://",
    "https://",
    "https:///",
    "https://:80/canary",
    "https://?canary",
    "https://#canary",
    "ftp://canary.example",
    "ws://canary.example",
    "file:///canary",
    "javascript:canary()",
    "data:text/plain,canary",
    "mailto:canary@example.com",
    "unix:/canary",
    "about:blank#canary",
    "blob:https://canary.example/x",
    "https://canary@example.com/v1",
    "https://canary:canary@example.com/v1",
    "https://:canary@example.com/v1",
    "https://127.0.0.1@canary.example/v1",
    "https://127.0.0.1:80@canary.example/v1",
    "https://canary%40example.com@127.0.0.1/",
    "https://example.com/v1?key=canary",
    "https://example.com/v1?",
    "https://example.com/v1#canary",
    "https://example.com/v1#",
    "https://example.com:99999/canary",
    "https://example.com:-1/canary",
    "https://example.com:canary/",
    "https://exa mple.com/canary",
    "https://exa%00mple.com/canary",
    "https://exa\0mple.com/canary",
    "https://exa<mple>.com/canary",
    "https://exam|ple.com/canary",
    "https://example.com%2fcanary/",
    "https://[::1/canary",
    "https://[canary]/",
    "https://[::1%25lo]/canary",
    "https://1.2.3.4.5/canary",
    "https://256.256.256.256/canary",
    "https://0x100000000/canary",
    "https://xn--canary-\u{fc}/",
    "https://exa\nmple.com/canary",
    "https://example.com/can\tary/canary",
    "https://example.com/\r\nhost: canary",
    "https://example.com/v1\u{0}canary",
    "http://canary.example/v1",
    "http://127.0.0.1.canary.example/v1",
    "http://localhost.canary.example/v1",
    "http://0.0.0.0/canary",
    "http://[::]/canary",
    "http://10.0.0.1/canary",
    "http://169.254.169.254/canary",
    "http://[::ffff:10.0.0.1]/canary",
    "http://127\u{3002}0\u{3002}0\u{3002}canary/",
    "http://canary\u{ff20}127.0.0.1/",
];

#[tokio::test]
async fn an_address_that_cannot_be_used_is_refused_and_not_quoted() {
    assert!(REFUSED.len() >= 50);
    let long = format!("https://example.com/{}", CANARY.repeat(20_000));
    let host = format!("https://{}.example.com/v1", CANARY.repeat(20_000));
    for api in apis() {
        for base in REFUSED.iter().copied().chain([&*long, &*host]) {
            let llm = (api.llm)(Setup::new(base).key("k"));
            let outcome = call(&llm, 0).await;
            shows_nothing(&llm, &outcome);
            let error = config(&outcome);
            let base = &base[..base.len().min(80)];
            assert!(
                matches!(error, ConfigError::BaseUrl { .. }),
                "{base:?}: {error}"
            );
            assert_eq!(llm.spend().attempts, 0, "{base:?}");
        }
    }
}

#[tokio::test]
async fn an_address_in_disguise_is_asked_where_it_says() {
    for api in apis() {
        let (server, seen) = listening(&api);
        let plain = {
            call(&(api.llm)(server.setup()), 0).await.unwrap();
            path(&seen.lock().unwrap()).to_owned()
        };
        let port = server.address.rsplit(':').next().unwrap();
        let below = plain.strip_prefix("/deep/v1/").unwrap();
        for (base, prefix) in [
            ("http://127.0.0.1:PORT/deep/v1", "/deep/v1/"),
            ("http://127.0.0.1:PORT/deep/v1/", "/deep/v1/"),
            (" http://127.0.0.1:PORT/deep/v1\n", "/deep/v1/"),
            ("HTTP://LOCALHOST:PORT/deep/v1", "/deep/v1/"),
            ("http:127.0.0.1:PORT/deep/v1", "/deep/v1/"),
            ("http:\\\\127.0.0.1:PORT\\deep\\v1", "/deep/v1/"),
            ("http:////127.0.0.1:PORT/deep/v1", "/deep/v1/"),
            ("http://127.1:PORT/deep/v1", "/deep/v1/"),
            ("http://0x7f.1:PORT/deep/v1", "/deep/v1/"),
            ("http://2130706433:PORT/deep/v1", "/deep/v1/"),
            ("http://0177.0.0.01:PORT/deep/v1", "/deep/v1/"),
            ("http://\u{2460}27.0.0.\u{2460}:PORT/deep/v1", "/deep/v1/"),
            (
                "http://127\u{3002}0\u{3002}0\u{3002}1:PORT/deep/v1",
                "/deep/v1/",
            ),
            ("http://%31%32%37.0.0.1:PORT/deep/v1", "/deep/v1/"),
            ("http://127.0.0.1:PORT/other/../deep/./v1", "/deep/v1/"),
            ("http://127.0.0.1:PORT/../../deep/v1", "/deep/v1/"),
            ("http://127.0.0.1:PORT/other/%2e%2E/deep/v1", "/deep/v1/"),
            ("http://127.0.0.1:PORT/a b/\u{fc}", "/a%20b/%C3%BC/"),
            ("http://127.0.0.1:PORT/a%2Fb", "/a%2Fb/"),
            ("http://127.0.0.1:PORT/a%3Fb%23c", "/a%3Fb%23c/"),
            ("http://127.0.0.1:PORT/a@b:c", "/a@b:c/"),
            ("http://127.0.0.1:PORT//", "/"),
            ("http://127.0.0.1:PORT", "/"),
        ] {
            let base = base.replace("PORT", port);
            let llm = (api.llm)(Setup::new(&base));
            let outcome = call(&llm, 0).await;
            assert!(outcome.is_ok(), "{base}: {outcome:?}");
            let seen = seen.lock().unwrap();
            assert_eq!(path(&seen), format!("{prefix}{below}"), "{base}");
        }
    }
}

#[tokio::test]
async fn whatever_a_model_is_called_the_request_stays_below_the_base() {
    for api in apis() {
        let (server, seen) = listening(&api);
        let with = |model: &str| {
            let mut setup = server.setup();
            model.clone_into(&mut setup.model);
            (api.llm)(setup)
        };
        call(&with("m"), 0).await.unwrap();
        let plain = path(&seen.lock().unwrap()).to_owned();
        let query = plain.split_once('?').map(|(_, query)| query.to_owned());
        let long = "m".repeat(100_000);
        for model in [
            "../../x",
            "..",
            ".",
            "../",
            "/..",
            "a/../../../b",
            "..\\..\\x",
            "%2e%2e/%2e%2e",
            "%2e",
            ".%2e",
            "/",
            "//elsewhere.example/x",
            "http://elsewhere.example",
            "a/b",
            "vendor/model:free",
            "?key=1",
            "m?alt=x&y",
            "#x",
            "m#",
            "m;x",
            "m:x",
            "m@x",
            "m\n",
            "m\r\nx: y",
            "\nm",
            "m\tm",
            "m\0",
            "m\u{7f}",
            " m ",
            "m m",
            "\u{fc}\u{1f980}",
            "\u{202e}m",
            "\"",
            "\\",
            "\"}],\"x\":[{\"",
            "{}",
            "%",
            "%00",
            "%zz",
            "<script>",
            "';--",
            &long,
        ] {
            seen.lock().unwrap().clear();
            let llm = with(model);
            let outcome = call(&llm, 0).await;
            let seen = seen.lock().unwrap();
            let name = &model[..model.len().min(40)];
            if let Err(error) = outcome {
                let is_typed = matches!(error.kind, Failure::Config(_) | Failure::Connect);
                assert!(is_typed, "{name:?}: {error:?}");
                assert_eq!(*seen, "", "{name:?}");
                continue;
            }
            let asked = path(&seen);
            let (asked, queried) = match asked.split_once('?') {
                Some((asked, query)) => (asked, Some(query)),
                None => (asked, None),
            };
            assert_eq!(queried, query.as_deref(), "{name:?}");
            assert!(asked.starts_with("/deep/v1/"), "{name:?}: {asked}");
            let is_up =
                |part: &str| matches!(&*part.to_lowercase().replace("%2e", "."), "." | "..");
            assert!(!asked.split('/').any(is_up), "{name:?}: {asked}");
            let (head, body) = seen.split_once("\r\n\r\n").unwrap();
            assert!(
                head.contains(&format!("\r\nhost: {}", server.address)),
                "{head}"
            );
            assert!(!head.contains("\r\nx: y"), "{head}");
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            let in_body = body.get("model").is_none_or(|it| it == model);
            assert!(in_body, "{name:?}");
        }
        for blank in ["", " ", "\n", "\u{3000}"] {
            let outcome = call(&with(blank), 0).await;
            assert_eq!(config(&outcome), &ConfigError::Model, "{blank:?}");
        }
    }
}
