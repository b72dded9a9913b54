//! A fake in all but one thing.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::provider::{
    BoxFuture, ConfigError, Heard, Profile, Provider, ProviderError, Request, Response, WireSchema,
};
use crate::testing::Fake;

pub(super) type Outcome = Result<Response, ProviderError>;

/// What becomes of an answer, which is streamed or not, or of a request that has none.
type Change = dyn Fn(&Request, bool, Outcome) -> Outcome + Send + Sync;

/// A fake in all but one thing.
pub(super) struct But {
    pub(super) names: [&'static str; 2],
    pub(super) models: [&'static str; 2],
    pub(super) profile: fn(usize) -> Profile,
    pub(super) check: fn() -> Result<(), ConfigError>,
    pub(super) changed: Box<Change>,
    /// What is heard of a text.
    pub(super) heard: fn(&Request, &str) -> Vec<String>,
    pub(super) asked: AtomicUsize,
    pub(super) waits: Waits,
}

/// What a provider has that mixes up the answers.
#[derive(Default)]
pub(super) enum Waits {
    #[default]
    Never,
    /// One place for the request that is to be answered.
    Place(Box<Mutex<Option<Request>>>),
    /// A line of answers, whichever way they are asked for; that which is dropped leaves its own behind.
    Line {
        streamed: bool,
        answers: Mutex<VecDeque<Outcome>>,
    },
    /// One line of pieces: those that nobody has heard are heard by the next.
    Pieces(Mutex<VecDeque<String>>),
}

impl Default for But {
    fn default() -> Self {
        Self {
            names: ["but"; 2],
            models: ["one"; 2],
            profile: |_| Profile::default(),
            check: || Ok(()),
            changed: Box::new(|_, _, outcome| outcome),
            heard: |_, text| vec![text.to_owned()],
            asked: AtomicUsize::new(0),
            waits: Waits::Never,
        }
    }
}

impl But {
    fn outcome(&self, request: &Request, streamed: bool) -> Outcome {
        let outcome = Fake::new().answer(request);
        (self.changed)(request, streamed, outcome)
    }

    async fn answer(&self, request: &Request, streamed: bool) -> Outcome {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match &self.waits {
            Waits::Never | Waits::Pieces(_) => self.outcome(request, streamed),
            Waits::Place(place) => {
                *place.lock().unwrap() = Some(request.clone());
                tokio::time::sleep(Duration::from_millis(5)).await;
                let request = place.lock().unwrap().clone().unwrap();
                self.outcome(&request, streamed)
            }
            Waits::Line { streamed: it, .. } if *it != streamed => self.outcome(request, streamed),
            Waits::Line { answers, .. } => {
                let outcome = self.outcome(request, streamed);
                answers.lock().unwrap().push_back(outcome);
                tokio::time::sleep(Duration::from_millis(5)).await;
                answers.lock().unwrap().pop_front().unwrap()
            }
        }
    }

    fn turn(&self) -> usize {
        self.asked.load(Ordering::Relaxed) % 2
    }
}

impl Provider for But {
    fn name(&self) -> &str {
        self.names[self.turn()]
    }

    fn model(&self) -> &str {
        self.models[self.turn()]
    }

    fn profile(&self) -> Profile {
        (self.profile)(self.turn())
    }

    fn check(&self) -> Result<(), ConfigError> {
        (self.check)()
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(request, false))
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let response = self.answer(request, true).await?;
            let pieces = (self.heard)(request, &response.text);
            if let Waits::Pieces(line) = &self.waits {
                // longer than any attempt that is dropped unheard
                tokio::time::sleep(Duration::from_millis(30)).await;
                line.lock().unwrap().extend(pieces);
                while let Some(piece) = next(line) {
                    heard(&piece);
                    tokio::task::yield_now().await;
                }
                return Ok(response);
            }
            for piece in pieces {
                heard(&piece);
                tokio::task::yield_now().await;
            }
            Ok(response)
        })
    }

    fn takes(&self, _: &WireSchema) -> bool {
        true
    }
}

fn next(line: &Mutex<VecDeque<String>>) -> Option<String> {
    line.lock().unwrap().pop_front()
}
