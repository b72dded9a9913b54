//! Tokens in money.
//!
//! Who asks counts tokens: [`Session::usage`](crate::Session::usage), [`Report::spent`](crate::Report::spent),
//! [`Llm::spend`](crate::Llm::spend). [`Prices`] make a [`Cost`] of them, and a model that has no price has no cost, not a
//! cost of nothing.
//!
//! | of | tokens | cost |
//! |---|---|---|
//! | a turn | `answer.usage`, `answer.spent` | `prices.cost(&answer.asked, answer.spent)` |
//! | a session | `session.usage()` | `prices.total(session.bill())` |
//! | a run | `report.usage()`, `report.spent()` | `prices.total(&report.bill())` |
//! | an `Llm` | `llm.spend().usage` | `prices.cost(llm.model(), llm.spend().usage)` |
//!
//! `usage` is what accepted answers cost, and what enters a session; `spent` is what all attempts cost.

mod amount;
mod budget;
mod price;
mod published;

pub use self::amount::Cost;
pub use self::budget::Budget;
pub(crate) use self::budget::Held;
pub use self::price::{Price, Prices};
pub use crate::session::Bill;
