//! In which form an answer is asked for, where a server does not take the best.

use std::sync::Mutex;

use zyn::prelude::*;
use zyn::schema::{Dialect, WireSchema};
use zyn::testing::{Recording, Scripted};
use zyn::{
    BoxFuture, Failure, Message, Mode, Profile, Provider, ProviderError, Request, Response, Usage,
};

/// Takes no schema, and remembers what it has refused if it is to.
struct Refuses {
    remembers: bool,
    refused: Mutex<Vec<String>>,
}

impl Provider for Refuses {
    fn name(&self) -> &str {
        "refuses"
    }
    fn model(&self) -> &str {
        "refuses"
    }
    fn profile(&self) -> Profile {
        Profile::default()
    }
    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            match &request.schema {
                Some(schema) if schema.dialect != Dialect::Prompted => {
                    self.refused.lock().unwrap().push(schema.json.to_string());
                    Err(ProviderError::new("refuses", Failure::SchemaRefused))
                }
                _ => Ok(Response::new(r#"{"value":3}"#, Usage::new(1, 1))),
            }
        })
    }
    fn takes(&self, schema: &WireSchema) -> bool {
        let refused = self.refused.lock().unwrap();
        !self.remembers || !refused.iter().any(|it| *it == *schema.json)
    }
}

#[tokio::test]
async fn a_schema_that_is_refused_is_said_in_the_prompt_and_not_sent_again() {
    let count = zyn::extract::<u8>("The number of parcels")
        .retry(0)
        .reask(0);
    for (remembers, again) in [(true, 1), (false, 2)] {
        let provider = Refuses {
            remembers,
            refused: Mutex::default(),
        };
        let recording = Recording::new(provider);
        let llm = Llm::new(recording.clone());
        let mut session = Session::new();
        for attempts in [2, again] {
            let answer = count.fire_detailed(&llm, &mut session, "Three parcels");
            let answer = answer.await.unwrap();
            assert_eq!((answer.value, answer.mode), (3, Mode::Prompted));
            assert_eq!(answer.attempts, attempts, "remembers: {remembers}");
        }
        let sent = recording.requests();
        assert!(sent[0].note.is_none() && sent[1].note.is_some());
        assert_eq!(sent[1].schema.as_ref().unwrap().dialect, Dialect::Prompted);
        // nothing was paid for what was refused
        assert_eq!(llm.spend().usage, session.usage());
        assert_eq!(llm.spend().unknown, 0);
    }
}

#[tokio::test]
async fn a_refused_schema_is_an_error_where_nothing_else_is_left() {
    let refuses = Scripted::by(|_| Err(ProviderError::new("x", Failure::SchemaRefused)));
    let llm = Llm::new(refuses);
    let mut session = Session::new();
    let count = zyn::extract::<u8>("The number of parcels");
    let error = count.fire(&llm, &mut session, "Three").await.unwrap_err();
    assert_eq!(error.provider().unwrap().kind, Failure::SchemaRefused);
    assert_eq!((error.attempts(), session.is_empty()), (2, true));
}

#[tokio::test]
async fn a_long_conversation_keeps_its_cache_where_another_schema_would_lose_it() {
    for (schema_in_cache, words, mode) in [
        (true, 100, Mode::Native),
        (true, 5_000, Mode::Prompted),
        (false, 5_000, Mode::Native),
    ] {
        let mut profile = Profile::default();
        profile.schema_in_cache = schema_in_cache;
        let llm = Llm::new(Scripted::new([r#"{"value":3}"#]).can(profile));
        let mut session = Session::new();
        session.append(Message::user("word ".repeat(words)));
        let count = zyn::extract::<u8>("The number of parcels");
        let answer = count
            .fire_detailed(&llm, &mut session, "Three")
            .await
            .unwrap();
        assert_eq!(answer.mode, mode, "{words} words, {schema_in_cache}");
    }
}

#[tokio::test]
async fn an_answer_tells_in_which_form_it_was_asked_for() {
    for mode in [Mode::Native, Mode::Tool, Mode::Prompted] {
        let mut profile = Profile::default();
        profile.mode = mode;
        let llm = Llm::new(Scripted::new([r#"{"value":3}"#, "text"]).can(profile));
        let mut session = Session::new();
        let count = zyn::extract::<u8>("The number of parcels");
        let answer = count
            .fire_detailed(&llm, &mut session, "Three")
            .await
            .unwrap();
        assert_eq!(answer.mode, mode);
        let echo = zyn::transform("Echo");
        let answer = echo.fire_detailed(&llm, &mut session, "x").await.unwrap();
        assert_eq!(answer.mode, Mode::Text);
    }
}

#[tokio::test]
async fn a_conversation_has_one_name_in_caches_and_tells_no_id() {
    let recording = Recording::new(Scripted::new(["a", "b", "c"]));
    let llm = Llm::new(recording.clone());
    let (mut one, mut other) = (Session::named("ada@example.com"), Session::new());
    let echo = zyn::transform("Echo");
    for session in [&mut one, &mut other] {
        echo.fire(&llm, session, "x").await.unwrap();
    }
    echo.fire(&llm, &mut one, "x").await.unwrap();
    let names: Vec<_> = recording.requests();
    let names: Vec<_> = names
        .iter()
        .map(|it| it.conversation.as_deref().unwrap())
        .collect();
    assert_eq!(names[0], names[2]);
    assert_ne!(names[0], names[1]);
    assert!(!names.concat().contains("ada"));
}

#[tokio::test]
async fn what_falls_out_of_the_window_does_not_count_and_what_is_strict_is_held_to_the_schema() {
    let mut profile = Profile::default();
    profile.schema_in_cache = true;
    let count = zyn::extract::<u8>("The number of parcels");
    let long = || {
        let mut session = Session::new();
        session.append(Message::user("word ".repeat(5_000)));
        session.append(Message::assistant("ok"));
        session.append(Message::user("short"));
        session.append(Message::assistant("ok"));
        session
    };
    let llm = || Llm::new(Scripted::new([r#"{"value":3}"#]).can(profile));
    let mut windowed = long();
    windowed.set_window(zyn::Window::last_turns(1));
    let answer = count.fire_detailed(&llm(), &mut windowed, "Three").await;
    assert_eq!(answer.unwrap().mode, Mode::Native);
    let strict = count.clone().strict();
    let answer = strict.fire_detailed(&llm(), &mut long(), "Three").await;
    assert_eq!(answer.unwrap().mode, Mode::Native);
    let answer = count.fire_detailed(&llm(), &mut long(), "Three").await;
    assert_eq!(answer.unwrap().mode, Mode::Prompted);
}
