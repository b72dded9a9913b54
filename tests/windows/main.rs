//! A context window, seen from outside: what is sent, what stays, what it costs, and that a failure changes nothing.

mod runs;
mod summaries;

use std::sync::Mutex;

use zyn::prelude::*;
use zyn::testing::{Recording, Scripted};
use zyn::{ErrorKind, Failure, Message, Profile, Request, Response, Spend, Usage, Window};

/// A conversation of so many turns: `q0`, `a0`, `q1`, …
fn conversation(turns: usize) -> Session {
    let mut session = Session::named("windows");
    session.append(Message::system("Be kind."));
    for turn in 0..turns {
        session.append(Message::user(format!("q{turn}")));
        session.append(Message::assistant(format!("a{turn}")));
    }
    session
}

fn texts<'m>(messages: impl IntoIterator<Item = &'m Message>) -> Vec<&'m str> {
    messages.into_iter().map(Message::text).collect()
}

/// A model that counts its answers, and what it was sent.
fn counting(name: &'static str) -> (Llm, Recording) {
    let answered = Mutex::new(0);
    let model = Recording::new(Scripted::by(move |_| {
        let mut answered = answered.lock().unwrap();
        *answered += 1;
        Ok(Response::new(
            format!("{name} {answered}"),
            Usage::new(10, 1),
        ))
    }));
    (Llm::new(model.clone()), model)
}

fn failing(kind: Failure) -> Llm {
    Llm::new(Scripted::by(move |_| {
        Err(zyn::ProviderError::new("scripted", kind.clone()))
    }))
}

fn ask() -> zyn::Synapse<String> {
    zyn::transform("Answer")
}

#[tokio::test]
async fn what_falls_out_is_not_sent_and_leaves_the_session_with_the_new_turn() {
    let (llm, model) = counting("answer");
    let mut session = conversation(4);
    session.set_window(Window::last_turns(1));
    let answer = ask().fire_detailed(&llm, &mut session, "q4").await.unwrap();

    let sent = &model.requests()[0];
    assert_eq!(texts(&sent.history), ["Be kind.", "q3", "a3"]);
    let stayed = texts(session.messages());
    assert_eq!(stayed[..3], ["Be kind.", "q3", "a3"]);
    assert_eq!((stayed.len(), stayed[4]), (5, "answer 1"));
    let window = answer.window.unwrap();
    assert_eq!(window.fell_out, [1, 2, 3, 4, 5, 6]);
    assert_eq!(window.summary, None);
    assert!(window.tokens > 0);
}

#[tokio::test]
async fn without_a_window_everything_is_sent_and_nothing_is_reported() {
    let (llm, model) = counting("answer");
    let mut session = conversation(4);
    let answer = ask().fire_detailed(&llm, &mut session, "q4").await.unwrap();
    assert_eq!(model.requests()[0].history.len(), 9);
    assert_eq!((answer.window, session.len()), (None, 11));
}

#[tokio::test(start_paused = true)]
async fn a_fire_that_fails_loses_nothing_that_would_have_fallen_out() {
    let refused = ask().validate(|_| Err("no"));
    let (llm, _) = counting("answer");
    let mut session = conversation(4);
    session.set_window(Window::last_turns(1));
    let before = session.clone();
    refused.fire(&llm, &mut session, "q4").await.unwrap_err();
    assert_eq!(session, before);
    for kind in [Failure::Auth, Failure::Server, Failure::ContextWindow] {
        let error = ask().fire(&failing(kind), &mut session, "q4").await;
        error.unwrap_err();
        assert_eq!(session, before);
    }
    ask().fire(&llm, &mut session, "q4").await.unwrap();
    assert_eq!(session.len(), 5);
}

#[tokio::test]
async fn a_window_that_leaves_nothing_to_read_is_an_error_before_sending() {
    let (llm, _) = counting("answer");
    let mut session = Session::new();
    session.append(Message::user("q0"));
    session.set_window(Window::last_turns(0));
    let before = session.clone();
    let error = ask().fire(&llm, &mut session, zyn::Conversation).await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::EmptyConversation));
    assert_eq!((llm.spend(), session), (Spend::default(), before));
}

#[tokio::test]
async fn an_error_of_a_full_model_points_to_the_window() {
    let llm = failing(Failure::ContextWindow);
    let error = ask()
        .fire(&llm, &mut Session::new(), "q")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("session.set_window("), "{error}");
}

/// The tokens of a request as the docs of `Window::tokens` count them.
fn estimate(request: &Request) -> u64 {
    let estimate = |text: &str| text.len().div_ceil(4) as u64;
    let history = request.history.iter();
    let messages = history.chain([&request.prompt]).chain(&request.feedback);
    let messages: u64 = messages.map(|message| estimate(message.text()) + 4).sum();
    let schema = request.schema.as_ref().map_or("", |schema| &schema.json);
    let schema = request.note.as_deref().unwrap_or(schema);
    messages + estimate(request.system) + estimate(schema)
}

#[tokio::test]
async fn a_budget_bites_at_half_where_the_provider_counts_double() {
    let mut largest = Vec::new();
    for factor in [1, 2] {
        let model = Recording::new(Scripted::by(move |request| {
            let tokens = factor * estimate(request);
            Ok(Response::new("word ".repeat(40), Usage::new(tokens, 50)))
        }));
        let llm = Llm::new(model.clone());
        let mut session = Session::new();
        session.set_window(Window::tokens(1000));
        for turn in 0..30 {
            let answer = ask().fire_detailed(&llm, &mut session, "on").await.unwrap();
            let window = answer.window.unwrap();
            assert!(answer.spent.input_tokens <= 1000);
            if turn > 0 {
                assert_eq!(window.tokens, answer.spent.input_tokens, "turn {turn}");
            }
            // as a store would keep it
            let stored = serde_json::to_string(&session).unwrap();
            session = serde_json::from_str(&stored).unwrap();
            session.set_window(Window::tokens(1000));
        }
        largest.push(model.requests().iter().map(estimate).max().unwrap());
    }
    println!("the largest requests, estimated: {largest:?}");
    assert!(largest[0] > 900 && largest[1] > 400 && largest[1] <= 500);
}

#[tokio::test]
async fn the_estimate_has_the_schema_where_the_model_sees_it_and_what_a_reask_adds() {
    for schema_visible in [true, false] {
        let mut profile = Profile::default();
        profile.schema_visible = schema_visible;
        let model = Scripted::by(|request| {
            let usage = Usage::new(estimate(request), 1);
            let invalid = request.feedback.is_empty();
            let text = if invalid { "none" } else { r#"{"value":3}"# };
            Ok(Response::new(text, usage))
        });
        let model = Recording::new(model.can(profile));
        let llm = Llm::new(model.clone());
        let mut session = conversation(4);
        session.set_window(Window::tokens(100_000));
        let count = zyn::extract::<u8>("The number of parcels");
        for turn in 0..3 {
            let input = "Three parcels. ".repeat(turn * turn + 1);
            let fired = count.fire_detailed(&llm, &mut session, input).await;
            let sent = model.requests();
            assert_eq!(sent[2 * turn].note.is_none(), schema_visible);
            assert_eq!(
                fired.unwrap().window.unwrap().tokens,
                estimate(&sent[2 * turn])
            );
        }
    }
}
