//! What makes requests equal.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::Schema;
use crate::session::{Block, Media};
use crate::verb::Verb;

/// All that a request is made of, as plain data.
#[derive(Debug, Clone, PartialEq)]
struct Parts {
    provider: &'static str,
    server: String,
    model: String,
    history: Vec<(u8, String)>,
    verb: Verb,
    instruction: String,
    blocks: Vec<(String, String)>,
    photo: Option<(bool, Option<String>)>,
    schema: Option<(String, u8)>,
    temperature: Option<u8>,
    max_tokens: Option<u32>,
    confidence: Option<u8>,
    agreement: Option<u32>,
    unsure: Option<String>,
    flags: [bool; 4],
}

/// What must not count.
#[derive(Debug, Clone, Default)]
struct Beside {
    id: String,
    retry: Option<u32>,
    reask: u32,
    timeout: Option<Duration>,
    limits: bool,
}

impl Parts {
    fn key(&self, beside: &Beside) -> Key {
        let model = Model {
            name: self.provider,
            server: self.server.clone(),
            model: self.model.clone(),
            ..Model::saying("")
        };
        let mut llm = Llm::new(model);
        let mut max_tokens = self.max_tokens;
        if beside.limits {
            // of the `Llm`, where the step has none
            if let Some(most) = max_tokens.take() {
                llm = llm.max_tokens(most);
            }
            llm = llm.retry(7).timeout(Duration::from_secs(7)).max_input(7);
        }
        let history = self.history.iter().map(|(role, text)| match role {
            0 => Message::system(text),
            1 => Message::user(text),
            _ if beside.limits => Message::answer(&**text, &"x".into(), None).pinned(),
            _ => Message::assistant(text),
        });
        let blocks = self.blocks.iter();
        let mut blocks: Vec<_> = blocks.map(|(n, t)| Block::new(n.clone(), t)).collect();
        if let Some((is_url, name)) = &self.photo {
            let photo = match is_url {
                true => Media::image_url("https://x.com/GIF89a"),
                false => Media::image("GIF89a"),
            };
            let photo = photo.unwrap();
            let photo = match name {
                Some(name) => photo.named(name.clone()),
                None => photo,
            };
            blocks.push(Block::attached("photo", photo));
        }
        let schema = self.schema.as_ref().map(|(name, kind)| {
            let document = match kind {
                0 => json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}),
                1 => json!({"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}}),
                _ => json!({"type": "string"}),
            };
            Schema::from_value(name, document).unwrap()
        });
        let [reasoning, runner_up, measured, strict] = self.flags;
        let call = StepCall {
            id: beside.id.clone(),
            prompt: Message::prompt(self.verb, &*self.instruction, blocks),
            schema,
            options: Options {
                temperature: self.temperature.map(f64::from),
                max_tokens,
                confidence: self.confidence.map(|it| f64::from(it) / 4.0),
                agreement: self.agreement,
                unsure: self.unsure.clone(),
                reasoning,
                runner_up,
                measured,
                strict,
                retry: beside.retry,
                reask: beside.reask,
                timeout: beside.timeout,
                attempt_timeout: beside.timeout,
                connect_timeout: beside.timeout,
                first_byte_timeout: beside.timeout,
                idle_timeout: beside.timeout,
                at_most_once: beside.limits,
                alone: beside.limits,
            },
        };
        key(&call, &history.collect(), &llm)
    }
}

/// Few texts, so that two are often equal, and made of what could run together.
fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "aa", "ab", "b", "ä", "1", "\0", "a\0", "user",
    ])
    .prop_map(str::to_owned)
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|it| format!("x{it}"))
}

fn parts() -> impl Strategy<Value = Parts> {
    let names = (
        prop::sample::select(vec!["a", "aa", ""]),
        text(),
        text(),
        prop::collection::vec((0_u8..3, text()), 0..4),
    );
    let prompt = (
        prop::sample::select(vec![Verb::Transform, Verb::Extract, Verb::Analyze]),
        filled(),
        prop::collection::vec((filled(), text()), 0..3),
        prop::option::of((any::<bool>(), prop::option::of(text()))),
        prop::option::of((text(), 0_u8..3)),
    );
    let options = (
        prop::option::of(0_u8..3),
        prop::option::of(0_u32..3),
        prop::option::of(0_u8..3),
        prop::option::of(0_u32..3),
        prop::option::of(text()),
        any::<[bool; 4]>(),
    );
    (names, prompt, options).prop_map(|(names, prompt, options)| Parts {
        provider: names.0,
        server: names.1,
        model: names.2,
        history: names.3,
        verb: prompt.0,
        instruction: prompt.1,
        blocks: prompt.2,
        photo: prompt.3,
        schema: prompt.4,
        temperature: options.0,
        max_tokens: options.1,
        confidence: options.2,
        agreement: options.3,
        unsure: options.4,
        flags: options.5,
    })
}

fn beside() -> impl Strategy<Value = Beside> {
    let limit = prop::option::of(0_u64..9).prop_map(|it| it.map(Duration::from_secs));
    (
        text(),
        prop::option::of(0_u32..9),
        0_u32..9,
        limit,
        any::<bool>(),
    )
        .prop_map(|(id, retry, reask, timeout, limits)| Beside {
            id,
            retry,
            reask,
            timeout,
            limits,
        })
}

/// `from` with one part of `other`.
fn mixed(from: &Parts, other: Parts, place: usize) -> Parts {
    let mut mixed = from.clone();
    match place {
        0 => mixed.provider = other.provider,
        1 => mixed.server = other.server,
        2 => mixed.model = other.model,
        3 => mixed.history = other.history,
        4 => mixed.verb = other.verb,
        5 => mixed.instruction = other.instruction,
        6 => mixed.blocks = other.blocks,
        7 => mixed.photo = other.photo,
        8 => mixed.schema = other.schema,
        9 => mixed.temperature = other.temperature,
        10 => mixed.max_tokens = other.max_tokens,
        11 => mixed.confidence = other.confidence,
        12 => mixed.agreement = other.agreement,
        13 => mixed.unsure = other.unsure,
        14 => mixed.flags = other.flags,
        // texts that stand side by side, put together
        15 => {
            mixed.model = format!("{}{}", from.server, from.model);
            mixed.server = String::new();
        }
        16 => {
            if let [(_, first), (_, second), ..] = &mut *mixed.history {
                second.insert_str(0, &std::mem::take(first));
            }
        }
        17 => {
            mixed.history.pop();
        }
        _ => mixed = other,
    }
    mixed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn keys_are_equal_if_and_only_if_the_requests_are(
        one in parts(),
        other in parts(),
        place in 0_usize..19,
        ways in (beside(), beside()),
    ) {
        let other = mixed(&one, other, place);
        let (key, another) = (one.key(&ways.0), other.key(&ways.1));
        prop_assert_eq!(key == another, one == other);
    }
}

fn usual() -> Parts {
    Parts {
        provider: "openai",
        server: "https://api.openai.com/v1".to_owned(),
        model: "m".to_owned(),
        history: vec![(0, "s".to_owned()), (2, "a".to_owned())],
        verb: Verb::Extract,
        instruction: "x".to_owned(),
        blocks: vec![("input".to_owned(), "i".to_owned())],
        photo: Some((false, None)),
        schema: Some(("S".to_owned(), 0)),
        temperature: Some(1),
        max_tokens: Some(2),
        confidence: Some(3),
        agreement: Some(4),
        unsure: Some("u".to_owned()),
        flags: [true, false, true, false],
    }
}

/// Of another process, and of another version of zyn. If this fails on purpose, [`FORMAT`] goes up.
#[test]
fn the_key_of_a_request_stays_what_it_is() {
    assert_eq!(
        usual().key(&Beside::default()).to_string(),
        "c4ca2271fe29c1ced081af479a327c6f8f37ea718634a4f80f52ccbad80ec4e1"
    );
}

#[tokio::test]
async fn another_server_or_model_has_answers_of_its_own() {
    let cache = Cache::memory(10);
    let go = crate::transform("Go on");
    let llm = |server: &str, model: &str| {
        let text = format!("{server} {model}");
        let model = Model {
            server: server.to_owned(),
            model: model.to_owned(),
            takes: Duration::ZERO,
            ..Model::saying(&text)
        };
        Llm::new(model).cache(&cache)
    };
    for cached in [false, true] {
        for (server, model) in [("a", "m"), ("b", "m"), ("a", "n")] {
            let llm = llm(server, model);
            let answer = go.fire_detailed(&llm, &mut Session::new(), "a").await;
            let answer = answer.unwrap();
            assert_eq!(answer.value, format!("{server} {model}"));
            assert_eq!((answer.cached, &*answer.asked), (cached, model));
        }
    }
}

#[cfg(feature = "http")]
#[test]
fn the_server_of_a_provider_is_its_address() {
    use crate::provider::OpenAi;

    let at = |url: &str| Llm::new(OpenAi::new("m").base_url(url));
    let (one, other) = (
        at("http://127.0.0.1:8080/v1"),
        at("http://127.0.0.1:8081/v1"),
    );
    assert_eq!(one.answers_by()[1], "http://127.0.0.1:8080/v1");
    assert_eq!(other.answers_by()[1], "http://127.0.0.1:8081/v1");
    assert_eq!(at("nowhere").answers_by()[1], "");
}

/// Through the public options: each that changes the request or what is accepted asks anew, the others do not.
#[tokio::test]
async fn each_option_is_a_part_of_the_key_or_is_known_not_to_be() {
    type Spam = crate::Synapse<bool>;
    type Option = fn(Spam) -> Spam;
    const PLAIN: &str = r#"{"answer":true}"#;
    let parts: [(&str, Option, bool); 19] = [
        ("temperature", |it| it.temperature(0.5), true),
        ("max_tokens", |it| it.max_tokens(500), true),
        ("reasoning", |it| it.reasoning(), true),
        ("confidence", |it| it.confidence(0.5), true),
        ("measured", |it| it.measured(), true),
        ("agreement", |it| it.agreement(2), true),
        ("context", |it| it.context("c"), true),
        ("criteria", |it| it.criteria(["c"]), true),
        ("examples", |it| it.examples([("e", true)]), true),
        ("retry", |it| it.retry(1), false),
        ("reask", |it| it.reask(1), false),
        ("timeout", |it| it.timeout(Duration::from_secs(9)), false),
        (
            "attempt_timeout",
            |it| it.attempt_timeout(Duration::from_secs(9)),
            false,
        ),
        (
            "connect_timeout",
            |it| it.connect_timeout(Duration::from_secs(9)),
            false,
        ),
        (
            "first_byte_timeout",
            |it| it.first_byte_timeout(Duration::from_secs(9)),
            false,
        ),
        (
            "idle_timeout",
            |it| it.idle_timeout(Duration::from_secs(9)),
            false,
        ),
        ("at_most_once", |it| it.at_most_once(), false),
        ("alone", |it| it.alone(), false),
        (
            "validate",
            |it| it.validate(|_: &bool| Ok::<(), &str>(())),
            false,
        ),
    ];
    for (name, option, asks) in parts {
        let reply = match name {
            "reasoning" => r#"{"reasoning":"r","answer":true}"#,
            "confidence" => r#"{"answer":true,"confidence":1}"#,
            _ => PLAIN,
        };
        let model = Model {
            takes: Duration::ZERO,
            ..Model::by(move |number| Ok(answer(if number == 0 { PLAIN } else { reply })))
        };
        let llm = Llm::new(model).cache(Cache::memory(10));
        let spam = crate::binary("Is it spam?");
        let fire = async |spam: Spam| {
            let answer = spam.fire_detailed(&llm, &mut Session::new(), "a").await;
            answer.unwrap().cached
        };
        assert!(!fire(spam.clone()).await);
        assert_eq!(fire(option(spam.clone())).await, !asks, "{name}");
        assert!(fire(option(spam)).await, "{name}");
    }
}
