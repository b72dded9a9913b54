//! The options of an [`Llm`].

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;

use super::capture::Capture;
use super::quota::Quota;
use super::{Breaker, Cache, Fallback, Hedging, Llm, RateLimit};
use crate::cost::Budget;

impl Llm {
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

    /// How many further attempts (retries, re-asks, hedges) all calls of this model together may make at once, beside one
    /// for every five calls; what leads to an answer of this model does not count. So a model that answers nothing gets at most
    /// 1.2 × calls + `reserve` attempts, however retries, re-asks, steps and workflows are nested. Beyond it, a call fails
    /// with what its last attempt failed with.
    ///
    /// A sample of several is a call, and so is a call of another model that falls back on this one: it is this model's
    /// first, and has this model's reserve.
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
    /// Without it, such an attempt is repeated once, which [`Spend::repeated`](crate::Spend::repeated) counts.
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
    /// model. Those of several are tried in the order in which they are given, under the same deadline, the same retries
    /// and the same re-asks: what is used up is not given anew. Of the other `Llm` count its provider, limits on attempts,
    /// `at_most_once`, `max_input` and `max_tokens`, budget, breaker, rate limit, hedging, reserve and fallbacks; not its
    /// `timeout`, `retry` and cache.
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

    /// Makes a second attempt beside one that takes long, where [`Hedging`] says so; with
    /// [`at_most_once`](Self::at_most_once) none.
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
    /// limit holds. (Anthropic's API wants a number: it is sent the model's usual one. A budget and a rate limit do not
    /// count that.)
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
}
