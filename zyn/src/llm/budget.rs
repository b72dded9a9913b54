//! What may be spent.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Cost, Prices};
use crate::refusal::BudgetProblem;
use crate::session::{Bill, Usage};

/// The most that may be spent: by a run ([`Run::budget`](crate::Run::budget)), on a conversation
/// ([`Session::set_budget`](crate::Session::set_budget)), or by all that a program asks of a model
/// ([`Llm::budget`](crate::Llm::budget)). Where several hold, each must have enough.
///
/// Before each attempt, a retry, a re-ask, a sample, a hedge or a fallback too, what was spent and the estimate of its
/// request are compared with the budget, and what its answer may have if
/// [`max_tokens`](crate::Synapse::max_tokens) limits it. If that is too much, nothing is sent, and the error is
/// [`ErrorKind::Budget`](crate::ErrorKind::Budget), or that of the attempt which would be repeated. Attempts that run at
/// the same time hold their estimates until they end. So all that is spent beyond a budget is the answer that was longer
/// than expected; with `max_tokens` set, and a tokenizer that counts as zyn estimates, nothing is.
///
/// An attempt whose cost nobody tells, since it was cut off, timed out or failed at the server, or since the server counts
/// no tokens, counts as it was estimated, for it may have been paid. The summary of a context window is asked with a
/// budget that has something left, and counted when it is there.
///
/// A clone is the same budget: whoever has one spends of it, and an attempt under several that are the same counts once.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
/// use zyn::{Budget, ErrorKind};
///
/// workflow!(
///     async fn shout(text: &str) -> String {
///         let loud = transform("Write it in capitals", text);
///         loud
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["HELLO"]));
/// let run = shout("hello").budget(Budget::tokens(20));
/// let error = run.run(&llm, &mut Session::new()).await.unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Budget(_)));
/// assert_eq!(llm.spend().attempts, 0);
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a budget limits who has it: `run.budget(…)`"]
pub struct Budget(Arc<Purse>);

struct Purse {
    limit: Limit,
    /// Tokens, picodollars or attempts.
    spent: Mutex<u128>,
}

#[derive(Debug, Clone)]
enum Limit {
    Tokens(u64),
    Cost(Cost, Prices),
    Attempts(u64),
}

impl Budget {
    /// At most so many tokens, of requests and answers together.
    pub fn tokens(most: u64) -> Self {
        Self::of(Limit::Tokens(most))
    }

    /// At most so much money, as `prices` say. A call of a model without a price is refused, and so is one whose window
    /// may ask such a model for a summary.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Budget;
    /// use zyn::cost::{Cost, Price, Prices};
    ///
    /// let prices = Prices::new().price("gpt-4.1-mini", Price::new(400_000, 1_600_000));
    /// let five_cents = Budget::cost(Cost::microdollars(50_000), prices);
    /// # let _ = five_cents;
    /// ```
    pub fn cost(most: Cost, prices: Prices) -> Self {
        Self::of(Limit::Cost(most, prices))
    }

    /// At most so many attempts, whatever they cost.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::Scripted;
    /// use zyn::{Budget, Failure, Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::by(|_| Err(zyn::ProviderError::new("mock", Failure::Connect))));
    /// let llm = llm.retry(9).budget(&Budget::attempts(2));
    /// let error = zyn::transform("Greet").fire(&llm, &mut Session::new(), "Ada").await.unwrap_err();
    /// assert_eq!(error.provider().unwrap().kind, Failure::Connect);
    /// assert_eq!(llm.spend().attempts, 2);
    /// # }
    /// ```
    pub fn attempts(most: u64) -> Self {
        Self::of(Limit::Attempts(most))
    }

    fn of(limit: Limit) -> Self {
        Self(Arc::new(Purse {
            limit,
            spent: Mutex::default(),
        }))
    }

    /// How much of it is left, from 1 for all of it to 0 for nothing. What is held for attempts that are being made is
    /// not left.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::Budget;
    ///
    /// assert_eq!(Budget::tokens(1_000).left(), 1.0);
    /// ```
    pub fn left(&self) -> f64 {
        let limit = self.0.limit.amount();
        let left = limit.saturating_sub(*self.spent());
        match limit {
            0 => 0.0,
            _ => left as f64 / limit as f64,
        }
    }

    /// Holds what an attempt of `model` may cost, `usage` as it is estimated, if there is as much.
    pub(super) fn hold(&self, model: &Arc<str>, usage: Usage) -> Result<Held, BudgetProblem> {
        let amount = self.amount(model, usage)?;
        let mut spent = self.spent();
        self.afford(*spent, amount)?;
        *spent = spent.saturating_add(amount);
        Ok(Held {
            budget: self.clone(),
            model: Arc::clone(model),
            amount,
        })
    }

    /// Refuses what cannot be paid for: so many attempts that may cost `usage` each.
    pub(crate) fn check(
        &self,
        model: &str,
        usage: Usage,
        attempts: u32,
    ) -> Result<(), BudgetProblem> {
        let each = self.amount(model, usage)?;
        self.afford(*self.spent(), each.saturating_mul(attempts.into()))
    }

    /// Refuses a summary by `model` that cannot be paid for: nobody knows how long it will be.
    pub(crate) fn check_summary(&self, model: &str) -> Result<(), BudgetProblem> {
        self.price(model, Usage::default())?;
        self.afford(*self.spent(), 1)
    }

    /// Counts what was paid elsewhere.
    pub(crate) fn charge(&self, bill: &Bill) {
        let parts = bill
            .models()
            .filter_map(|(model, usage)| self.price(model, usage).ok());
        let amount = parts.fold(0, u128::saturating_add);
        let mut spent = self.spent();
        *spent = spent.saturating_add(amount);
    }

    /// Whether this is that budget, by another name.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn afford(&self, spent: u128, amount: u128) -> Result<(), BudgetProblem> {
        match spent.saturating_add(amount) > self.0.limit.amount() {
            true => Err(self.0.limit.over(spent, amount)),
            false => Ok(()),
        }
    }

    /// What an attempt that costs so much is in the units of the limit.
    fn amount(&self, model: &str, usage: Usage) -> Result<u128, BudgetProblem> {
        match self.0.limit {
            Limit::Attempts(_) => Ok(1),
            _ => self.price(model, usage),
        }
    }

    /// What `usage` of `model` is in the units of the limit.
    fn price(&self, model: &str, usage: Usage) -> Result<u128, BudgetProblem> {
        match &self.0.limit {
            Limit::Tokens(_) => Ok(usage.total().into()),
            Limit::Attempts(_) => Ok(0),
            Limit::Cost(_, prices) => {
                let cost = prices.cost(model, usage).map(Cost::picodollars);
                cost.ok_or_else(|| BudgetProblem::NoPrice {
                    model: model.to_owned(),
                })
            }
        }
    }

    /// No code of a user's runs under this lock.
    fn spent(&self) -> MutexGuard<'_, u128> {
        self.0.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.0.limit)
            .field("left", &self.left())
            .finish()
    }
}

impl Limit {
    fn amount(&self) -> u128 {
        match self {
            Self::Tokens(most) | Self::Attempts(most) => (*most).into(),
            Self::Cost(most, _) => most.picodollars(),
        }
    }

    fn over(&self, spent: u128, needed: u128) -> BudgetProblem {
        let whole = |amount| u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::Tokens(limit) => BudgetProblem::Tokens {
                limit: *limit,
                spent: whole(spent),
                needed: whole(needed),
            },
            Self::Attempts(limit) => BudgetProblem::Attempts { limit: *limit },
            Self::Cost(limit, _) => BudgetProblem::Cost {
                limit: *limit,
                spent: Cost::of(spent),
                needed: Cost::of(needed),
            },
        }
    }
}

/// What an attempt may cost, counted as spent until it is known. Dropped before that, it counts as spent.
pub(super) struct Held {
    budget: Budget,
    model: Arc<str>,
    amount: u128,
}

impl Held {
    /// Whether it is held in this budget.
    pub(super) fn is_of(&self, budget: &Budget) -> bool {
        self.budget.is(budget)
    }

    /// Counts what the attempt has cost in place of what it might.
    pub(super) fn settle(self, usage: Usage) {
        let Ok(amount) = self.budget.amount(&self.model, usage) else {
            return;
        };
        let mut spent = self.budget.spent();
        *spent = spent.saturating_sub(self.amount).saturating_add(amount);
    }

    /// Gives it back: the attempt is not made.
    pub(super) fn give_back(self) {
        let mut spent = self.budget.spent();
        *spent = spent.saturating_sub(self.amount);
    }
}
