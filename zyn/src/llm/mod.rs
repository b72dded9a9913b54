//! A provider with a policy.
//!
//! The order of the policy is fixed, and so is its owner. The synapse core, which knows the type of the answer, has
//! `deadline → cache → fallback → re-ask`; an [`Llm`], which knows no schemas, has
//! `retry( budget → breaker → rate limit → attempt timeout → provider )`. One deadline and one allowance of further
//! attempts go through all of it.

mod allowance;
pub(crate) mod attempt;
mod breaker;
mod cache;
mod call;
mod capture;
mod ear;
#[cfg(feature = "http")]
mod env;
mod estimate;
mod fallback;
mod hedging;
// once is enough, and the core alone is the same
#[cfg(feature = "http")]
#[cfg(test)]
mod numbers;
mod once;
mod options;
mod quota;
mod rate_limit;
mod retry;
mod spend;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

pub(crate) use allowance::{Allowance, Grant};
pub use attempt::{Attempt, Outcome, Reason};
pub(crate) use breaker::Counted;
pub use breaker::{Breaker, BreakerState};
pub use cache::Cache;
pub(crate) use cache::{Joined, Key, Keyed, Landed};
pub(crate) use call::{Call, Given, NoAnswer};
pub(crate) use ear::Ear;
pub(crate) use estimate::beside;
pub use fallback::Fallback;
pub(crate) use fallback::{is_mendable, is_unfit};
pub use hedging::Hedging;
pub use rate_limit::RateLimit;
pub(crate) use retry::{Decision, Past, decide};
pub use spend::Spend;

use self::attempt::Log;
use self::capture::Capture;
use self::quota::Quota;
use self::spend::Ledger;
use crate::cost::Budget;
use crate::error::ErrorKind;
use crate::provider::{Failure, Profile, Provider, ProviderError, Request, WireSchema};
use crate::session::{Usage, hex};

/// A model to ask: a [`Provider`] with a policy, and a ledger of what was spent.
///
/// A clone is cheap and shares connections, ledger, and all that the policy counts: retry reserve, budget, breaker, rate
/// limit, hedging, cache. Options set on a clone are the clone's own.
///
/// You say what; the order is zyn's, whatever the order of the calls, and [`policy`](crate::policy) shows it.
///
/// | option | default |
/// |---|---|
/// | [`timeout`](Self::timeout), the whole of a call | 600 s, since reasoning models answer late |
/// | [`attempt_timeout`](Self::attempt_timeout), each attempt | none |
/// | [`connect_timeout`](Self::connect_timeout), until there is a connection | 5 s |
/// | [`first_byte_timeout`](Self::first_byte_timeout), until a stream begins | 60 s |
/// | [`idle_timeout`](Self::idle_timeout), between two pieces of a stream | 60 s |
/// | [`retry`](Self::retry), further attempts after failures that can pass | 2 |
/// | [`retry_reserve`](Self::retry_reserve), further attempts of all calls together | a fifth of the calls, and 500 |
/// | [`at_most_once`](Self::at_most_once), what may have been billed is not repeated | repeated once |
/// | [`fallback`](Self::fallback), another model | none |
/// | [`budget`](Self::budget), of all that is asked | none |
/// | [`breaker`](Self::breaker), spares a model that fails | none |
/// | [`rate_limit`](Self::rate_limit), requests and tokens in a minute | none |
/// | [`hedging`](Self::hedging), a second attempt beside a late one | none |
/// | [`cache`](Self::cache), answers that are not paid twice | none |
/// | [`max_input`](Self::max_input), the largest input | 4 MiB |
/// | [`max_tokens`](Self::max_tokens), the most tokens of an answer | none is sent, but to Anthropic |
/// | [`capture`](Self::capture), prompts and answers in traces | never |
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
    quota: Arc<Quota>,
    rng: Arc<Mutex<Rng>>,
    limits: Limits,
    policy: Arc<Policy>,
}

/// The numbers among the options of an [`Llm`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) first_byte_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) at_most_once: bool,
    pub(crate) max_input: usize,
    pub(crate) max_tokens: Option<u32>,
}

/// The other options: handles, which clones share.
#[derive(Clone, Default)]
struct Policy {
    budget: Option<Budget>,
    breaker: Option<Breaker>,
    rate_limit: Option<RateLimit>,
    hedging: Option<Hedging>,
    cache: Option<Cache>,
    fallbacks: Vec<Fallback>,
    capture: Option<Capture>,
}

/// How many further attempts all calls together may make at once, beside one for every five calls.
const RESERVE: u32 = 500;

impl Llm {
    /// Asks through `provider`. Nothing is sent, and nothing is read from the environment.
    pub fn new(provider: impl Provider) -> Self {
        Self {
            model: provider.model().into(),
            provider: Arc::new(provider),
            ledger: Arc::default(),
            quota: Arc::new(Quota::new(RESERVE)),
            rng: Arc::new(Mutex::new(Rng::new())),
            limits: Limits {
                timeout: Duration::from_secs(600),
                attempt_timeout: None,
                connect_timeout: None,
                first_byte_timeout: None,
                idle_timeout: None,
                retries: 2,
                at_most_once: false,
                max_input: 4 * 1024 * 1024,
                max_tokens: None,
            },
            policy: Arc::default(),
        }
    }

    /// How many further attempts are left of the [reserve](Self::retry_reserve) now.
    pub fn reserve_left(&self) -> u64 {
        self.quota.left()
    }

    /// What this `Llm` and its clones have spent so far.
    pub fn spend(&self) -> Spend {
        self.ledger.spend()
    }

    /// The model that is asked, by the name that its provider was set up with. [`Prices`](crate::cost::Prices) go by it.
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

    /// Refuses what this model's budget or one of the others cannot pay for: so many attempts of `request`.
    pub(crate) fn afford(
        &self,
        request: &Request,
        attempts: u32,
        allowance: &Allowance,
    ) -> Result<(), ErrorKind> {
        let usage = || estimate::usage(request);
        let mut budgets = self.budgets(allowance).into_iter();
        budgets
            .try_for_each(|budget| budget.check(&self.model, usage(), attempts))
            .map_err(ErrorKind::Budget)
    }

    /// What a fire may do that begins now.
    pub(crate) fn allowance(&self, deadline: Instant, retries: u32, grant: Grant) -> Allowance {
        Allowance::new(deadline, retries, &self.quota, grant)
    }

    fn quota(&self) -> &Arc<Quota> {
        &self.quota
    }

    pub(crate) fn fallbacks(&self) -> &[Fallback] {
        &self.policy.fallbacks
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

    /// Checks the set-up, that of fallbacks too, without sending anything.
    pub(crate) fn check(&self) -> Result<(), ProviderError> {
        self.check_own()?;
        let mut fallbacks = self.fallbacks().iter();
        fallbacks.try_for_each(|it| it.llm().check())
    }

    fn check_own(&self) -> Result<(), ProviderError> {
        let Policy {
            breaker,
            rate_limit,
            hedging,
            ..
        } = &*self.policy;
        self.provider
            .check()
            .and_then(|()| rate_limit.as_ref().map_or(Ok(()), RateLimit::check))
            .and_then(|()| breaker.as_ref().map_or(Ok(()), Breaker::check))
            .and_then(|()| hedging.as_ref().map_or(Ok(()), Hedging::check))
            .map_err(|error| ProviderError::new(self.provider.name(), Failure::Config(error)))
    }

    /// Where its answers are kept.
    pub(crate) fn cached(&self) -> Option<&Cache> {
        self.policy.cache.as_ref()
    }

    /// Who answers: the provider, its server and the model.
    pub(crate) fn answers_by(&self) -> [&str; 3] {
        [self.provider.name(), self.provider.server(), &self.model]
    }

    /// Notes that the answer of an attempt, which cost `usage`, was not accepted.
    pub(crate) fn reject(&self, usage: Option<Usage>, log: &Log, place: usize) {
        self.ledger.fail(usage.unwrap_or_default());
        log.reject(place);
    }

    /// Notes that an accepted answer which cost `usage` came to nothing in the end.
    pub(crate) fn regret(&self, usage: Option<Usage>) {
        self.ledger.fail(usage.unwrap_or_default());
    }

    /// An id for the attempts of one fire, to find them again in logs: the provider's and ours.
    pub(crate) fn request_id(&self) -> String {
        hex(self.rng().u128(..))
    }

    fn policy_mut(&mut self) -> &mut Policy {
        Arc::make_mut(&mut self.policy)
    }

    fn dice(&self) -> f64 {
        self.rng().f64()
    }

    fn rng(&self) -> MutexGuard<'_, Rng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is lent is shared.
macro_rules! shared {
    ($($handle:ty),*) => {
        $(impl From<&$handle> for $handle {
            fn from(handle: &$handle) -> Self {
                handle.clone()
            }
        })*
    };
}

shared!(Breaker, Cache, Hedging, RateLimit);

impl fmt::Debug for Llm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Llm")
            .field("provider", &self.provider.name())
            .field("model", &self.model)
            .field("limits", &self.limits)
            .field("budget", &self.policy.budget)
            .field("breaker", &self.policy.breaker)
            .field("rate_limit", &self.policy.rate_limit)
            .field("hedging", &self.policy.hedging)
            .field("cache", &self.policy.cache)
            .field("fallbacks", &self.policy.fallbacks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
