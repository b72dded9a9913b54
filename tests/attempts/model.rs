//! A model that takes its time and answers by a rule.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zyn::prelude::*;
use zyn::{
    Answer, BoxFuture, Failure, Profile, Provider, ProviderError, Request, Response, Synapse, Usage,
};

pub type Outcome = Result<Response, ProviderError>;

/// How long the attempt of this number, from 0, takes, and what it comes to.
type Rule = dyn Fn(u64) -> (Duration, Outcome) + Send + Sync;

struct Model {
    name: &'static str,
    rule: Box<Rule>,
    begun: AtomicU64,
}

impl Provider for Model {
    fn name(&self) -> &str {
        "test"
    }

    fn model(&self) -> &str {
        self.name
    }

    fn profile(&self) -> Profile {
        Profile::default()
    }

    fn call<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let (time, outcome) = (self.rule)(self.begun.fetch_add(1, Ordering::Relaxed));
            tokio::time::sleep(time).await;
            outcome
        })
    }
}

/// A model of this name.
pub fn model(
    name: &'static str,
    rule: impl Fn(u64) -> (Duration, Outcome) + Send + Sync + 'static,
) -> Llm {
    let rule = Box::new(rule);
    let begun = AtomicU64::new(0);
    Llm::new(Model { name, rule, begun }).seed(7)
}

/// One that answers each time, after so long.
pub fn answering(name: &'static str, time: Duration, text: &'static str) -> Llm {
    model(name, move |_| (time, answer(text, Usage::new(10, 5))))
}

/// One that fails each time, after a second.
pub fn failing(name: &'static str, kind: Failure) -> Llm {
    model(name, move |_| (SECOND, failed(kind.clone())))
}

pub fn answer(text: &str, usage: Usage) -> Outcome {
    Ok(Response::new(text, usage))
}

pub fn failed(kind: Failure) -> Outcome {
    Err(ProviderError::new("test", kind))
}

/// An answer that was cut off, and has cost so much.
pub fn truncated(usage: Usage) -> Outcome {
    let mut error = ProviderError::new("test", Failure::Truncated);
    error.usage = Some(usage);
    Err(error)
}

/// A question for a text.
pub fn greet() -> Synapse<String> {
    zyn::transform("Greet")
}

/// Fires it in a session of its own.
pub async fn fire(llm: &Llm) -> Result<String, zyn::Error> {
    greet().fire(llm, &mut Session::new(), "Ada").await
}

/// Fires it, and says how the answer came about.
pub async fn detailed(llm: &Llm) -> Result<Answer<String>, zyn::Error> {
    let mut session = Session::new();
    greet().fire_detailed(llm, &mut session, "Ada").await
}

pub const SECOND: Duration = Duration::from_secs(1);
