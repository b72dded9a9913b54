//! What a run may spend.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind};
use crate::llm::{Cost, Llm, Prices};
use crate::refusal::BudgetProblem;
use crate::session::{Bill, History, Usage, Window};
use crate::synapse::{StepCall, StepRecord, expected};

/// The most that a [`Run`](crate::Run) may spend, for [`Run::budget`](crate::Run::budget).
///
/// Before a step is asked, what was spent and the estimate of its request are compared with the budget, and what its
/// answer may have if [`max_tokens`](crate::Synapse::max_tokens) limits it. If that is too much, nothing is sent and the
/// step fails with [`ErrorKind::Budget`]. Of a step with [`agreement`](crate::Synapse::agreement) all samples are
/// estimated. Steps that run at the same time hold their estimates until they end.
///
/// A retry, a re-ask and the summary of a context window inside a step are counted when the step ends, so that a run may
/// end somewhat above its budget. An attempt whose cost nobody tells, since it was cut off, timed out or failed at the
/// server, or since the server counts no tokens, counts as it was estimated, for it may have been paid.
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
#[derive(Debug, Clone)]
#[must_use = "a budget limits a run that has it: `run.budget(…)`"]
pub struct Budget(Limit);

#[derive(Debug, Clone)]
enum Limit {
    Tokens(u64),
    Cost(Cost, Prices),
}

impl Budget {
    /// At most so many tokens, of requests and answers together.
    pub fn tokens(most: u64) -> Self {
        Self(Limit::Tokens(most))
    }

    /// At most so much money, as `prices` say. A step that asks a model without a price is refused,
    /// and so is one whose window may ask such a model for a summary.
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
        Self(Limit::Cost(most, prices))
    }
}

/// A budget while its run goes on.
pub(super) struct Purse {
    limit: Limit,
    /// Tokens, or picodollars.
    spent: Mutex<u128>,
}

/// What a step may cost, counted as spent until it is known.
pub(super) struct Held {
    purse: Arc<Purse>,
    model: Arc<str>,
    /// One attempt's part of the amount.
    each: u128,
    amount: u128,
}

impl Purse {
    pub(super) fn new(budget: Budget) -> Arc<Self> {
        Arc::new(Self {
            limit: budget.0,
            spent: Mutex::default(),
        })
    }

    /// Holds what `call` may cost, if there is as much.
    pub(super) fn hold(
        self: &Arc<Self>,
        call: &StepCall,
        history: &History,
        window: Option<&Window>,
        llm: &Llm,
    ) -> Result<Held, Error> {
        let answer = call.options.max_tokens.or(llm.limits().max_tokens);
        let usage = Usage::new(
            expected(call, history, window, llm)?,
            answer.unwrap_or_default().into(),
        );
        let no_price = |model: &str| {
            let model = model.to_owned();
            ErrorKind::Budget(BudgetProblem::NoPrice { model })
        };
        let own = self.amount(llm.model(), usage);
        let each = own.ok_or_else(|| no_price(llm.model()))?;
        let amount = each.saturating_mul(call.options.samples().into());
        let window = window.filter(|_| !call.options.alone);
        if let Some(model) = window.and_then(Window::asked)
            && self.amount(model, Usage::default()).is_none()
        {
            return Err(no_price(model).into());
        }
        let mut spent = self.spent();
        let after = spent.saturating_add(amount);
        if after > self.limit.amount() {
            return Err(ErrorKind::Budget(self.limit.over(*spent, amount)).into());
        }
        *spent = after;
        Ok(Held {
            purse: Arc::clone(self),
            model: Arc::clone(llm.asked()),
            each,
            amount,
        })
    }

    /// What `usage` of `model` is in the units of the limit; `None` if it has no price.
    fn amount(&self, model: &str, usage: Usage) -> Option<u128> {
        match &self.limit {
            Limit::Tokens(_) => Some(usage.total().into()),
            Limit::Cost(_, prices) => prices.cost(model, usage).map(Cost::picodollars),
        }
    }

    /// No code of a user's runs under this lock.
    fn spent(&self) -> MutexGuard<'_, u128> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limit {
    fn amount(&self) -> u128 {
        match self {
            Self::Tokens(most) => (*most).into(),
            Self::Cost(most, _) => most.picodollars(),
        }
    }

    fn over(&self, spent: u128, needed: u128) -> BudgetProblem {
        let tokens = |amount| u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::Tokens(limit) => BudgetProblem::Tokens {
                limit: *limit,
                spent: tokens(spent),
                needed: tokens(needed),
            },
            Self::Cost(limit, _) => BudgetProblem::Cost {
                limit: *limit,
                spent: Cost::of(spent),
                needed: Cost::of(needed),
            },
        }
    }
}

impl Held {
    /// Counts what the step has cost in place of what it might.
    pub(super) fn settle(self, outcome: Result<&StepRecord, &Error>) {
        let (usage, mut uncounted, window) = match outcome {
            Ok(record) => (record.spent, record.uncounted, record.window.as_ref()),
            Err(error) => (error.usage(), error.uncounted(), error.window()),
        };
        let mut bill = Bill::default();
        // of a summary that failed, the attempts are its model's
        let model = outcome.err().and_then(Error::model);
        bill.add(Some(model.unwrap_or(&self.model)), usage);
        if let Some(summary) = window.and_then(|it| it.summary.as_deref()) {
            bill.add(summary.asked(), summary.spent);
            uncounted = uncounted.saturating_add(summary.uncounted);
        }
        let amounts = bill
            .models()
            .filter_map(|(model, usage)| self.purse.amount(model, usage));
        let estimates = self.each.saturating_mul(uncounted.into());
        let amount = amounts.fold(estimates, u128::saturating_add);
        let mut spent = self.purse.spent();
        *spent = spent.saturating_sub(self.amount).saturating_add(amount);
    }
}
