//! What budgets say is spent.

use zyn::Budget;

use super::logs::Logged;

/// More than any request of the soak is estimated at, and less than so many together, were they counted twice.
const ESTIMATE: u64 = 20_000;

/// What of `budget`, which is a power of two, is spent or held.
pub(super) fn spent(budget: &Budget, limit: u64) -> u64 {
    ((1.0 - budget.left()) * limit as f64) as u64
}

/// Whether a budget of which `spent` tokens are spent has counted these attempts: as the provider did, and as they were
/// estimated where nobody told.
pub(super) fn has_counted(spent: u64, attempts: &Logged) -> bool {
    let Logged { usage, unknown, .. } = attempts;
    let known = usage.total();
    (known + unknown..=known + unknown * ESTIMATE).contains(&spent)
}
