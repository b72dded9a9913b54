//! The budgets of a world.

use crate::llm::Budget;
use crate::session::Usage;

/// A budget, and what it must have come to.
pub(super) struct Purse {
    pub(super) budget: Budget,
    pub(super) unit: Unit,
    pub(super) limit: u128,
    pub(super) spent: u128,
    /// By how much answers were longer than was estimated.
    pub(super) longer: u128,
}

#[derive(Debug, Clone)]
pub(super) enum Unit {
    Tokens,
    Attempts,
    Money(crate::cost::Prices),
}

impl Purse {
    pub(super) fn amount(&self, model: &str, usage: Usage) -> u128 {
        match &self.unit {
            Unit::Tokens => usage.total().into(),
            Unit::Attempts => 1,
            Unit::Money(prices) => prices.cost(model, usage).unwrap().picodollars(),
        }
    }
}
