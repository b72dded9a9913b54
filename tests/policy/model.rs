//! A model that takes its time, answers by a rule, and knows who is waiting for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use zyn::prelude::*;
use zyn::{BoxFuture, Failure, Profile, Provider, ProviderError, Request, Response, Usage};

/// How long the call of this number, from 0, takes, and what it comes to.
type Rule = dyn Fn(usize) -> (Duration, Result<Response, ProviderError>) + Send + Sync;

/// A clone is the same model.
#[derive(Clone)]
pub struct Model {
    name: &'static str,
    profile: Profile,
    rule: Arc<Rule>,
    /// The attempts that have begun: when, and what they were asked.
    begun: Arc<Mutex<Vec<(Instant, Request)>>>,
    /// Those that are under way.
    open: Arc<AtomicUsize>,
}

impl Model {
    pub fn by(
        rule: impl Fn(usize) -> (Duration, Result<Response, ProviderError>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: "model",
            profile: Profile::default(),
            rule: Arc::new(rule),
            begun: Arc::default(),
            open: Arc::default(),
        }
    }

    /// Gives these at once, then fails.
    pub fn giving<const N: usize>(given: [Result<&'static str, Failure>; N]) -> Self {
        Self::by(move |call| {
            let given = given.get(call).cloned();
            let given = given.unwrap_or(Err(Failure::Connect));
            (Duration::ZERO, given.map(answer).map_err(failed))
        })
    }

    /// Fails each time.
    pub fn failing(kind: Failure) -> Self {
        Self::by(move |_| (Duration::ZERO, Err(failed(kind.clone()))))
    }

    /// Answers after so long.
    pub fn after(time: Duration, text: &'static str) -> Self {
        Self::by(move |_| (time, Ok(answer(text))))
    }

    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub fn can(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// An `Llm` of it. The handle stays with the test.
    pub fn llm(&self) -> Llm {
        Llm::new(self.clone()).seed(7)
    }

    pub fn calls(&self) -> usize {
        self.begun.lock().unwrap().len()
    }

    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> Vec<Request> {
        let begun = self.begun.lock().unwrap();
        begun.iter().map(|(_, request)| request.clone()).collect()
    }

    /// How long it was from each attempt to the next.
    pub fn pauses(&self) -> Vec<Duration> {
        let begun = self.begun.lock().unwrap();
        begun.windows(2).map(|two| two[1].0 - two[0].0).collect()
    }
}

/// Counts a call that is under way, until it ends or is dropped.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Provider for Model {
    fn name(&self) -> &str {
        self.name
    }

    fn model(&self) -> &str {
        self.name
    }

    fn profile(&self) -> Profile {
        self.profile
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            self.open.fetch_add(1, Ordering::SeqCst);
            let _open = Open(Arc::clone(&self.open));
            let call = {
                let mut begun = self.begun.lock().unwrap();
                begun.push((Instant::now(), request.clone()));
                begun.len() - 1
            };
            let (time, outcome) = (self.rule)(call);
            if !time.is_zero() {
                tokio::time::sleep(time).await;
            }
            outcome
        })
    }
}

/// An answer that costs 10 tokens to read and 5 to write.
pub fn answer(text: &str) -> Response {
    Response::new(text, Usage::new(10, 5))
}

pub fn failed(kind: Failure) -> ProviderError {
    ProviderError::new("model", kind)
}

/// Fires a question for a text.
pub async fn greet(llm: &Llm) -> Result<String, zyn::Error> {
    let greet = zyn::transform("Greet");
    greet.fire(llm, &mut Session::new(), "Ada").await
}

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
