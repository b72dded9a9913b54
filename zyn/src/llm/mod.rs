//! A provider with a policy.
//!
//! The order of the policy is fixed, and so is its owner. The synapse core, which knows the type of the answer, has
//! `deadline → cache → fallback → re-ask`; an [`Llm`], which knows no schemas, has
//! `retry( budget → breaker → rate limit → attempt timeout → provider )`. One deadline and one allowance of further
//! attempts go through all of it.

mod allowance;
pub(crate) mod attempt;
mod breaker;
mod budget;
mod cache;
mod call;
mod capture;
mod cost;
mod ear;
#[cfg(feature = "http")]
mod env;
mod estimate;
mod fallback;
mod hedging;
mod price;
mod published;
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
pub use budget::Budget;
pub use cache::Cache;
pub(crate) use cache::{Joined, Key, Keyed, Landed};
pub(crate) use call::{Call, Given};
pub use cost::Cost;
pub(crate) use ear::Ear;
pub(crate) use estimate::beside;
pub use fallback::Fallback;
pub(crate) use fallback::{is_mendable, is_unfit};
pub use hedging::Hedging;
pub use price::{Price, Prices};
pub use rate_limit::RateLimit;
pub(crate) use retry::{Decision, Past, decide};
pub use spend::Spend;

use self::attempt::Log;
use self::capture::Capture;
use self::quota::Quota;
use self::spend::Ledger;
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
/// | [`max_tokens`](Self::max_tokens), the most tokens of an answer | none is sent |
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
#[derive(Debug, Clone, Copy)]
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

    /// Limits the whole of a call: all attempts, the pauses between them, re-asks and fallbacks.
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

    /// Limits how long a connection may take (5 s). Nothing was sent then, so it is repeated as often as
    /// [`retry`](Self::retry) says.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect_timeout = Some(limit);
        self
    }

    /// Limits how long a stream may take to begin (60 s). Of an answer that comes whole, the server sends nothing before
    /// it is there: that is the [attempt's](Self::attempt_timeout) limit.
    #[must_use]
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.limits.first_byte_timeout = Some(limit);
        self
    }

    /// Limits how long a stream may be silent between two pieces (60 s).
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle_timeout = Some(limit);
        self
    }

    /// How many further attempts a call may make after failures that can pass.
    #[must_use]
    pub fn retry(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// How many further attempts (retries, re-asks, hedges, fallbacks) all calls together may make at once, beside one
    /// for every five calls; what leads to an answer does not count. So a model that answers nothing gets at most
    /// 1.2 × calls + `reserve` attempts, however calls, re-asks and workflows are nested. Beyond it, a call fails with
    /// what its last attempt failed with.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::Scripted;
    /// use zyn::{Failure, Llm, ProviderError, Session};
    ///
    /// let down = Scripted::by(|_| Err(ProviderError::new("mock", Failure::Connect)));
    /// let llm = Llm::new(down).retry_reserve(1);
    /// for _ in 0..10 {
    ///     let greet = zyn::transform("Greet").fire(&llm, &mut Session::new(), "Ada").await;
    ///     assert!(greet.is_err());
    /// }
    /// assert!(llm.spend().attempts <= 10 + 10 / 5 + 1);
    /// # }
    /// ```
    #[must_use]
    pub fn retry_reserve(mut self, reserve: u32) -> Self {
        self.quota = Arc::new(Quota::new(reserve));
        self
    }

    /// Never repeats an attempt that may have been done and billed: one that timed out, broke off or failed at the server.
    /// Without it, such an attempt is repeated once, which [`Spend::repeated`] counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::Scripted;
    /// use zyn::{Failure, Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new([Failure::Server])).at_most_once();
    /// let greet = zyn::transform("Greet").fire(&llm, &mut Session::new(), "Ada").await;
    /// assert_eq!(greet.unwrap_err().attempts(), 1);
    /// # }
    /// ```
    #[must_use]
    pub fn at_most_once(mut self) -> Self {
        self.limits.at_most_once = true;
        self
    }

    /// Asks another model where this one fails: `&other` for failures that another server can mend, or a [`Fallback`]
    /// that says for which. It is the whole call that falls back: the schema and the prompt are made anew for the other
    /// model. Those of several are tried in the order in which they are given, under the same deadline and the same
    /// retries.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Failure, Llm, Session};
    ///
    /// let spare = Llm::new(Scripted::new(["Good day, Ada"]));
    /// let llm = Llm::new(Scripted::new([Failure::Overloaded])).retry(0).fallback(&spare);
    /// let greeting = zyn::transform("Greet").fire(&llm, &mut Session::new(), "Ada").await?;
    /// assert_eq!(greeting, "Good day, Ada");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn fallback(mut self, fallback: impl Into<Fallback>) -> Self {
        self.policy_mut().fallbacks.push(fallback.into());
        self
    }

    /// Limits what is spent by all calls of this `Llm` and its clones.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::Scripted;
    /// use zyn::{Budget, ErrorKind, Llm, Session};
    ///
    /// let budget = Budget::tokens(100);
    /// let llm = Llm::new(Scripted::by(|_| Ok(zyn::Response::new("Hi", zyn::Usage::new(60, 5)))));
    /// let llm = llm.budget(&budget);
    /// let greet = zyn::transform("Greet");
    /// greet.fire(&llm, &mut Session::new(), "Ada").await.unwrap();
    /// let error = greet.fire(&llm, &mut Session::new(), "Grace").await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Budget(_)));
    /// assert_eq!(budget.left(), 0.35);
    /// # }
    /// ```
    #[must_use]
    pub fn budget(mut self, budget: impl Into<Budget>) -> Self {
        self.policy_mut().budget = Some(budget.into());
        self
    }

    /// Spares the model while too many calls fail, which then fail at once with
    /// [`ErrorKind::CircuitOpen`](crate::ErrorKind::CircuitOpen), or go to a [fallback](Self::fallback).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::policy::Breaker;
    /// use zyn::testing::Scripted;
    /// use zyn::{ErrorKind, Failure, Llm, ProviderError, Session};
    ///
    /// let down = Scripted::by(|_| Err(ProviderError::new("mock", Failure::Connect)));
    /// let llm = Llm::new(down).retry(0).breaker(Breaker::new().calls(2));
    /// let greet = zyn::transform("Greet");
    /// for _ in 0..2 {
    ///     assert!(greet.fire(&llm, &mut Session::new(), "Ada").await.is_err());
    /// }
    /// let error = greet.fire(&llm, &mut Session::new(), "Ada").await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::CircuitOpen { .. }));
    /// assert_eq!(llm.spend().attempts, 2);
    /// # }
    /// ```
    #[must_use]
    pub fn breaker(mut self, breaker: impl Into<Breaker>) -> Self {
        self.policy_mut().breaker = Some(breaker.into());
        self
    }

    /// Lets no more through than this, of all who share the limit. A call that cannot be let through in time fails with
    /// [`ErrorKind::Shed`](crate::ErrorKind::Shed), or goes to a [fallback](Self::fallback).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), zyn::Error> {
    /// use std::time::Duration;
    ///
    /// use zyn::policy::RateLimit;
    /// use zyn::testing::Fake;
    /// use zyn::{Llm, Session};
    ///
    /// let limit = RateLimit::new().requests(60).burst(Duration::from_secs(1));
    /// let llm = Llm::new(Fake::new()).rate_limit(&limit);
    /// let greet = zyn::transform("Greet");
    /// let answer = greet.fire_detailed(&llm, &mut Session::new(), "Ada").await?;
    /// assert_eq!(answer.log[0].waited, Duration::ZERO);
    /// let answer = greet.fire_detailed(&llm, &mut Session::new(), "Grace").await?;
    /// assert!(answer.log[0].waited >= Duration::from_millis(999));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn rate_limit(mut self, limit: impl Into<RateLimit>) -> Self {
        self.policy_mut().rate_limit = Some(limit.into());
        self
    }

    /// Makes a second attempt beside one that takes long, where [`Hedging`] says so.
    #[must_use]
    pub fn hedging(mut self, hedging: impl Into<Hedging>) -> Self {
        self.policy_mut().hedging = Some(hedging.into());
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

    /// Keeps accepted answers in `cache`, and takes those that are there instead of asking.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::policy::Cache;
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// let cache = Cache::memory(1_000);
    /// let llm = Llm::new(Scripted::new(["Bonjour"])).cache(&cache);
    /// let french = zyn::transform("Into French");
    /// for _ in 0..3 {
    ///     let mut session = Session::new();
    ///     assert_eq!(french.fire(&llm, &mut session, "Hello").await?, "Bonjour");
    ///     assert_eq!(session.len(), 2);
    /// }
    /// assert_eq!(llm.spend().attempts, 1);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cache(mut self, cache: impl Into<Cache>) -> Self {
        self.policy_mut().cache = Some(cache.into());
        self
    }

    /// Writes what is sent and what is answered into the span of each attempt, after `redact` has removed from it what is
    /// nobody's business: into the fields `gen_ai.input.messages` and `gen_ai.output.messages`, and nowhere else. Without
    /// it traces have counts and names alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Llm;
    /// use zyn::testing::Scripted;
    ///
    /// let llm = Llm::new(Scripted::new(["Hi"])).capture(|text| text.replace("Ada Wong", "[name]"));
    /// # let _ = llm;
    /// ```
    #[must_use]
    pub fn capture(mut self, redact: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.policy_mut().capture = Some(Capture::new(redact));
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

    /// Refuses what this model's budget or one of the others cannot pay for: so many attempts of `request`.
    pub(crate) fn afford(
        &self,
        request: &Request,
        attempts: u32,
        allowance: &Allowance,
    ) -> Result<(), ErrorKind> {
        let mut budgets = self.policy.budget.iter().chain(allowance.budgets());
        let usage = || estimate::usage(request);
        budgets
            .try_for_each(|budget| budget.check(&self.model, usage(), attempts))
            .map_err(ErrorKind::Budget)
    }

    /// What a fire may do that begins now.
    pub(crate) fn allowance(&self, deadline: Instant, retries: u32, grant: Grant) -> Allowance {
        Allowance::new(deadline, retries, &self.quota, grant)
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

    /// Checks the set-up without sending anything.
    pub(crate) fn check(&self) -> Result<(), ProviderError> {
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

shared!(Breaker, Budget, Cache, Hedging, RateLimit);

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
