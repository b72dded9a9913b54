//! A provider with a policy.
//!
//! The order of the policy is fixed, and so is its owner. The synapse core, which knows the type of the answer, has
//! `deadline → (cache) → (fallback) → re-ask`; an [`Llm`], which knows no schemas, has
//! `retry( (budget) → (breaker) → (rate limit) → attempt timeout → provider )`. The names in parentheses are places
//! kept for what is not built yet. One deadline and one budget of retries, an `Allowance`, go through all of it.

mod allowance;
mod breaker;
mod cache;
mod cost;
mod ear;
#[cfg(feature = "http")]
mod env;
mod hedging;
mod price;
mod published;
#[allow(dead_code, reason = "an `Llm` does not ask it yet")]
mod rate_limit;
mod retry;
mod spend;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tracing::Instrument;

pub(crate) use allowance::Allowance;
pub use breaker::Breaker;
pub use cache::Cache;
pub use cost::Cost;
pub(crate) use ear::Ear;
pub use hedging::Hedging;
pub use price::{Price, Prices};
pub use rate_limit::RateLimit;
pub(crate) use retry::{Decision, Past, decide};
pub use spend::Spend;

use self::retry::Repeat;
pub(crate) use self::spend::Ledger;
use crate::clock;
use crate::provider::{Failure, Profile, Provider, ProviderError, Request, Response, WireSchema};
use crate::session::{Usage, hex};
use crate::telemetry;

/// A model to ask: a [`Provider`] with a policy of timeouts and retries, and a ledger of what was spent.
///
/// A clone is cheap and shares connections and ledger; options set on a clone are the clone's own.
///
/// | option | default |
/// |---|---|
/// | [`timeout`](Self::timeout), the whole of a call | 600 s, since reasoning models answer late |
/// | [`attempt_timeout`](Self::attempt_timeout), each attempt | none |
/// | [`retry`](Self::retry), further attempts after failures that can pass | 2 |
/// | [`max_input`](Self::max_input), the largest input | 4 MiB |
/// | [`max_tokens`](Self::max_tokens), the most tokens of an answer | none is sent |
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "http")]
/// # {
/// use std::time::Duration;
/// use zyn::{Llm, OpenAi};
///
/// let llm = Llm::new(OpenAi::new("gpt-6.1-terra").key("sk-…"))
///     .timeout(Duration::from_secs(60))
///     .retry(1);
/// assert_eq!(llm.spend().attempts, 0);
/// # }
/// ```
#[derive(Clone)]
pub struct Llm {
    provider: Arc<dyn Provider>,
    model: Arc<str>,
    ledger: Arc<Ledger>,
    rng: Arc<Mutex<Rng>>,
    limits: Limits,
    /// What is asked through this clone alone.
    meter: Option<Arc<Ledger>>,
}

/// The options of an [`Llm`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) max_input: usize,
    pub(crate) max_tokens: Option<u32>,
}

impl Llm {
    /// Asks through `provider`. Nothing is sent, and nothing is read from the environment.
    pub fn new(provider: impl Provider) -> Self {
        Self {
            model: provider.model().into(),
            provider: Arc::new(provider),
            ledger: Arc::default(),
            rng: Arc::new(Mutex::new(Rng::new())),
            limits: Limits {
                timeout: Duration::from_secs(600),
                attempt_timeout: None,
                retries: 2,
                max_input: 4 * 1024 * 1024,
                max_tokens: None,
            },
            meter: None,
        }
    }

    /// Limits the whole of a call: all attempts, the pauses between them, and re-asks.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = limit;
        self
    }

    /// Limits each attempt. One that takes longer may have been billed, so it is repeated once at most.
    #[must_use]
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.limits.attempt_timeout = Some(limit);
        self
    }

    /// How many further attempts a call may make after failures that can pass.
    #[must_use]
    pub fn retry(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// The largest input, in bytes, those of its images and PDFs among them: raise it for scans and photos.
    #[must_use]
    pub fn max_input(mut self, bytes: usize) -> Self {
        self.limits.max_input = bytes;
        self
    }

    /// Limits the answers of calls that set no limit of their own. Without it nothing is sent, and the model's own
    /// limit holds.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.limits.max_tokens = Some(tokens);
        self
    }

    /// Makes the pauses between attempts those of `seed`, so that a test can be repeated.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
        self
    }

    /// What this `Llm` and its clones have spent so far.
    pub fn spend(&self) -> Spend {
        self.ledger.spend()
    }

    /// The model that is asked, by the name that its provider was set up with. [`Prices`] go by it.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::cost::{Price, Prices};
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Usage};
    ///
    /// let llm = Llm::new(Scripted::new(["Paris"]));
    /// let prices = Prices::new().price(llm.model(), Price::new(2_000_000, 8_000_000));
    /// let cost = prices.cost(llm.model(), llm.spend().usage);
    /// assert_eq!(cost.unwrap().to_string(), "$0.00"); // nothing was asked yet
    /// ```
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The same, shared.
    pub(crate) fn asked(&self) -> &Arc<str> {
        &self.model
    }

    /// Notes that an answer which cost `usage` was not accepted.
    pub(crate) fn reject(&self, usage: Option<Usage>) {
        self.ledger.fail(usage.unwrap_or_default());
    }

    /// The same, which counts what is asked through it in `meter` too.
    pub(crate) fn metered(&self, meter: Arc<Ledger>) -> Self {
        Self {
            meter: Some(meter),
            ..self.clone()
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn profile(&self) -> Profile {
        self.provider.profile()
    }

    pub(crate) fn takes(&self, schema: &WireSchema) -> bool {
        self.provider.takes(schema)
    }

    /// Checks the set-up without sending anything.
    pub(crate) fn check(&self) -> Result<(), ProviderError> {
        let refused = |error| ProviderError::new(self.provider.name(), Failure::Config(error));
        self.provider.check().map_err(refused)
    }

    /// Makes attempts until one gives an answer or none may follow.
    ///
    /// The deadline is enforced by whoever began the fire; here it only keeps a pause from passing it. What the
    /// allowance has counted stands even if this future is dropped.
    pub(crate) async fn call(
        &self,
        request: &Request,
        allowance: &mut Allowance,
        ear: Option<&dyn Ear>,
    ) -> Result<Response, ProviderError> {
        self.check()?;
        loop {
            let error = match self.attempt(request, allowance, ear).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let remaining = allowance.deadline.saturating_duration_since(clock::now());
            match decide(
                &error,
                allowance.past,
                allowance.retries(),
                remaining,
                self.dice(),
            ) {
                Decision::Fail => return Err(error),
                Decision::Repeat { after, kind } => {
                    // a part of the fire that runs beside this one may have taken the last
                    if kind != Repeat::Adaptation && !allowance.take_retry() {
                        return Err(error);
                    }
                    // what was handed on cannot be taken back
                    if ear.is_some_and(|ear| !ear.forget()) {
                        return Err(error);
                    }
                    telemetry::repeating(&error, after);
                    allowance.past.note(kind);
                    tokio::time::sleep(after).await;
                }
            }
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        allowance: &mut Allowance,
        ear: Option<&dyn Ear>,
    ) -> Result<Response, ProviderError> {
        allowance.attempts = allowance.attempts.saturating_add(1);
        allowance.uncounted = allowance.uncounted.saturating_add(1);
        let entry = self.ledger.open();
        let metered = self.meter.as_ref().map(Ledger::open);
        let provider = &*self.provider;
        let span = telemetry::attempt(
            provider.name(),
            provider.model(),
            allowance.attempts,
            request,
        );
        let start = clock::now();
        let mut time_to_first_token = None;
        let mut heard = |text: &str| {
            time_to_first_token.get_or_insert_with(|| clock::now() - start);
            if let Some(ear) = ear {
                ear.tell(text);
            }
        };
        let call = match ear {
            None => provider.call(request),
            Some(_) => provider.stream(request, &mut heard),
        };
        let call = call.instrument(span.clone());
        let outcome = match self.limits.attempt_timeout {
            None => call.await,
            Some(limit) => tokio::time::timeout(limit, call).await.unwrap_or_else(|_| {
                Err(ProviderError::new(
                    provider.name(),
                    Failure::Timeout { limit },
                ))
            }),
        };
        let outcome = outcome.and_then(|response| not_blank(provider.name(), response));
        let outcome = outcome.map(|response| Response {
            time_to_first_token,
            ..response
        });
        telemetry::outcome(&span, outcome.as_ref());
        let told = time_to_first_token.is_some();
        if let Some(usage) = entry.settle(outcome.as_ref(), told) {
            allowance.spent += usage;
            allowance.uncounted = allowance.uncounted.saturating_sub(1);
        }
        if let Some(metered) = metered {
            metered.settle(outcome.as_ref(), told);
        }
        outcome
    }

    /// An id for the attempts of one fire, to find them again in logs: the provider's and ours.
    pub(crate) fn request_id(&self) -> String {
        hex(self.rng().u128(..))
    }

    fn dice(&self) -> f64 {
        self.rng().f64()
    }

    fn rng(&self) -> MutexGuard<'_, Rng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A blank answer is none, whichever provider gave it.
fn not_blank(provider: &str, response: Response) -> Result<Response, ProviderError> {
    if !response.text.trim().is_empty() {
        return Ok(response);
    }
    let mut error = ProviderError::new(provider, Failure::Empty);
    error.usage = response.usage;
    error.request_id = response.request_id;
    Err(error)
}

impl fmt::Debug for Llm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Llm")
            .field("provider", &self.provider.name())
            .field("model", &self.model)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
