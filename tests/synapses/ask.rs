//! What all these tests ask with.

use std::fmt::Debug;

use serde_json::Value;
use zyn::prelude::*;
use zyn::testing::{Recording, Scripted};
use zyn::{Block, ErrorKind, Input, Request, Synapse};

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Mood {
    Happy,
    Calm,
    Angry,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Extract)]
pub struct Person {
    pub name: String,
    pub email: Option<String>,
}

pub fn ada() -> Person {
    Person {
        name: "Ada".to_owned(),
        email: None,
    }
}

pub const JUDGED: &str = r#"{"overall":"mixed","scores":{"positive":0.5,"negative":0.45,"neutral":0},"emotions":["joy"]}"#;

/// A model with these answers, and what it is sent.
pub fn model<const N: usize>(answers: [&str; N]) -> (Llm, Recording) {
    let recording = Recording::new(Scripted::new(answers));
    (Llm::new(recording.clone()), recording)
}

/// What one fire sends first.
pub async fn sent<T: 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I>,
    answer: &str,
) -> Request {
    let (llm, recording) = model([answer]);
    let fired = synapse.fire(&llm, &mut Session::new(), input).await;
    assert!(fired.is_ok(), "{:?}", fired.err());
    recording.requests().swap_remove(0)
}

/// The names and texts of a request's data.
pub fn blocks(request: &Request) -> Vec<(String, String)> {
    let pair = |block: &Block| (block.name.to_string(), block.text.clone());
    request.prompt.blocks().iter().map(pair).collect()
}

/// The properties of a request's schema, in order.
pub fn fields(request: &Request) -> Vec<String> {
    let schema: Value = serde_json::from_str(&request.schema.as_ref().unwrap().json).unwrap();
    let fields = schema["properties"].as_object().unwrap();
    fields.keys().cloned().collect()
}

/// What is wrong with firing it, for which nothing is sent.
pub async fn refused<T: 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I>,
) -> ErrorKind {
    let (llm, recording) = model([]);
    let mut session = Session::new();
    let Err(error) = synapse.fire(&llm, &mut session, input).await else {
        panic!("it is not refused");
    };
    assert!(session.is_empty());
    assert_eq!((error.attempts(), recording.requests().len()), (0, 0));
    error.kind().clone()
}

/// `bad` is asked for again with `path`, and `good` is then accepted; if `bad` is all that comes, it is an error and the
/// session is as it was.
pub async fn is_asked_again<T: Debug + 'static, I: Clone + Send + 'static>(
    synapse: &Synapse<T, I>,
    input: impl Input<I> + Clone,
    bad: &str,
    path: &str,
    good: &str,
) -> T {
    let mut earlier = Session::new();
    let (llm, _) = model(["an answer"]);
    let before = zyn::transform("Answer");
    let turn = before.fire(&llm, &mut earlier, "an earlier turn");
    turn.await.unwrap();

    let (llm, recording) = model([bad, good]);
    let mut session = earlier.clone();
    let fired = synapse.fire(&llm, &mut session, input.clone()).await;
    let value = fired.unwrap_or_else(|error| panic!("{bad}: {error:#?}"));
    assert_eq!(session.len(), 4);
    let sent = recording.requests();
    assert!(sent.iter().all(|it| it.history == *earlier.messages()));
    assert!(session.messages().iter().take(2).eq(earlier.messages()));
    let feedback = &recording.requests()[1].feedback;
    assert_eq!(feedback[0].text(), bad);
    let named = if path.is_empty() { "the answer" } else { path };
    let text = feedback[1].text();
    assert!(text.contains(&format!("- {named}: ")), "{bad}: {text}");

    let (llm, recording) = model([bad, bad, bad]);
    let mut session = earlier.clone();
    let error = synapse.fire(&llm, &mut session, input).await.unwrap_err();
    let ErrorKind::Invalid { violations, .. } = error.kind() else {
        panic!("{bad}: {error:#?}");
    };
    assert!(
        violations.iter().any(|it| it.path == path),
        "{violations:?}"
    );
    assert_eq!((error.attempts(), recording.requests().len()), (3, 3));
    assert_eq!(session, earlier);
    assert_eq!(llm.spend().usage, error.usage());
    value
}
