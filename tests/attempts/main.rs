//! Which attempts are made, who pays for them, and what they leave behind: where two parts of the policy meet.

mod breaker;
mod budgets;
mod cascades;
mod deadlines;
mod fallbacks;
mod hedges;
mod ledger;
mod model;
mod reasks;
mod reserve;
mod retries;
mod summaries;
mod told;
