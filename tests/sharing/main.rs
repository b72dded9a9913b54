//! One conversation, and several who fire on it.
//!
//! The model of these tests answers with a digest of the history that it was shown. So a session shows by itself
//! whether each reply stands behind exactly what it was produced from.

mod branches;
mod forks;
mod line;
mod original;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use zyn::prelude::*;
use zyn::{
    BoxFuture, Error, Message, Profile, Provider, ProviderError, Request, Response, Role,
    SharedSession, Usage,
};

/// Answers with a digest of the history, after the seconds that the input says (`0.5 Ada`).
struct Witness;

impl Provider for Witness {
    fn name(&self) -> &str {
        "witness"
    }

    fn model(&self) -> &str {
        "witness"
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let input = &request.prompt.blocks()[0].text;
            let seconds = input.split(' ').next().and_then(|it| it.parse().ok());
            tokio::time::sleep(Duration::from_secs_f64(seconds.unwrap_or_default())).await;
            let answer = digest(&request.history);
            Ok(Response::new(answer, Usage::new(1, 1)))
        })
    }
}

fn witness() -> Llm {
    Llm::new(Witness)
}

fn digest<'a>(messages: impl IntoIterator<Item = &'a Message>) -> String {
    let mut hasher = DefaultHasher::new();
    for message in messages {
        (message.role(), message.text()).hash(&mut hasher);
    }
    hasher.finish().to_string()
}

async fn fire(llm: &Llm, session: &mut Session, input: &str) -> Result<String, Error> {
    zyn::transform("Greet").fire(llm, session, input).await
}

/// Fires through the line.
async fn fire_in_line(llm: &Llm, shared: &SharedSession, input: &str) -> Result<String, Error> {
    shared
        .transaction(async |session| fire(llm, session, input).await)
        .await
}

/// Asserts that the session is made of whole turns, that each reply was produced from exactly what precedes it, and
/// that the session counts the cost of each; gives their number.
fn turns_in_order(session: &Session) -> usize {
    let history = session.messages();
    assert_eq!(history.len() % 2, 0, "half a turn");
    for (place, message) in history.iter().enumerate() {
        if place % 2 == 0 {
            assert_eq!(message.role(), Role::User, "message {place}");
        } else {
            let before = history.iter().take(place - 1);
            assert_eq!(message.text(), digest(before), "message {place}");
        }
    }
    let turns = history.len() / 2;
    assert_eq!(session.usage().total(), 2 * turns as u64);
    turns
}

/// The inputs, in the order of the session.
fn inputs(session: &Session) -> Vec<String> {
    let asked = session.messages().iter();
    let asked = asked.flat_map(|message| message.blocks());
    asked.map(|block| block.text.to_string()).collect()
}
