//! The models that are soaked, with all that a policy has.

use std::sync::Arc;
use std::time::Duration;

use zyn::policy::{Breaker, Cache, Fallback, Hedging, RateLimit};
use zyn::{Budget, Llm, OpenAi, Spend};
use zyn_soak::{Book, Numbered, Server};

use super::SEED;

/// Far more than an answer takes, even where the machine has other things to do.
pub(super) const ATTEMPT: Duration = Duration::from_secs(1);
/// How long a call may take.
pub(super) const WHOLE: Duration = Duration::from_secs(20);
pub(super) const RETRIES: u32 = 2;
/// How many calls may wait for each rate limit.
pub(super) const QUEUE: usize = 200;
/// What all may spend together, in tokens. A power of two, so that a part of it is exact.
pub(super) const ALL: u64 = 1 << 40;

/// Two models of one server, each with its own key.
#[derive(Clone)]
pub(super) struct Models {
    /// The one that is asked, and the one that is asked where it fails.
    pub(super) llms: [Llm; 2],
    pub(super) breakers: [Breaker; 2],
    pub(super) limits: [RateLimit; 2],
    pub(super) budget: Budget,
}

impl Models {
    /// All that is soaked is set up here.
    pub(super) fn new(server: &Server, book: &Arc<Book>) -> Self {
        let provider = |model| {
            let provider = OpenAi::new(model).base_url(server.url());
            Numbered::new(provider, Arc::clone(book))
        };
        let limits = [(); 2].map(|()| {
            RateLimit::new()
                .requests(60_000)
                .burst(Duration::from_millis(100))
                .queue(QUEUE)
        });
        let budget = Budget::tokens(ALL);
        // of a server that fails in every third answer a third is no failure of the server itself
        let breakers = [(); 2].map(|()| {
            Breaker::new()
                .failures(0.5)
                .calls(20)
                .within(Duration::from_secs(1))
                .open_for(Duration::from_millis(200))
        });
        let llm = |model, breaker: &Breaker, limit: &RateLimit| {
            Llm::new(provider(model))
                .attempt_timeout(ATTEMPT)
                .timeout(WHOLE)
                .retry(RETRIES)
                .retry_reserve(100)
                .rate_limit(limit)
                .budget(&budget)
                .breaker(breaker)
                .seed(SEED)
        };
        let second = llm("second", &breakers[1], &limits[1])
            .hedging(Hedging::after(Duration::from_millis(50)).part(0.1));
        let first = llm("first", &breakers[0], &limits[0])
            .hedging(Hedging::p95())
            .cache(Cache::memory(1_000))
            .fallback(Fallback::to(&second))
            .fallback(Fallback::escalate(&second));
        Self {
            llms: [first, second],
            breakers,
            limits,
            budget,
        }
    }

    /// What all have spent together.
    pub(super) fn spend(&self) -> Spend {
        let mut all = Spend::default();
        for spend in self.llms.iter().map(Llm::spend) {
            all.attempts += spend.attempts;
            all.usage += spend.usage;
            all.failed += spend.failed;
            all.unknown += spend.unknown;
            all.repeated += spend.repeated;
        }
        all
    }
}
