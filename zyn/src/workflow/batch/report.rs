//! What a batch tells while it runs and afterwards.

use std::fmt;
use std::time::Duration;

use super::caught::ItemError;
use crate::error::{Error, TypeOf};
use crate::session::{Bill, Session, Usage};
use crate::workflow::Report;

/// What happens in a batch, as [`Batch::on_event`](crate::Batch::on_event) hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchEvent {
    /// An item starts.
    #[non_exhaustive]
    Started {
        /// Its place among the items, counted from 0.
        index: usize,
    },
    /// An item has ended.
    #[non_exhaustive]
    Finished {
        /// Its place among the items, counted from 0.
        index: usize,
        /// Whether it ended well.
        ok: bool,
        /// How many have ended, this one included.
        done: usize,
        /// How many items there are.
        total: usize,
    },
}

/// How a batch went.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchReport<T, E = Error> {
    /// Each item, in the order in which they were given.
    pub items: Vec<BatchItem<T, E>>,
    /// How long the batch took.
    pub elapsed: Duration,
}

/// How one item of a batch went. `Debug` shows no content: of a value, its type.
#[derive(Clone)]
#[non_exhaustive]
pub struct BatchItem<T, E = Error> {
    /// What the workflow returned, or what its panic said.
    pub result: Result<T, ItemError<E>>,
    /// The item's conversation; as it began if the run failed.
    pub session: Session,
    /// How the run went, step by step. Empty if it panicked: what it had spent is in [`Llm::spend`](crate::Llm::spend)
    /// alone, and in no sum over the batch.
    pub report: Report,
}

impl<T, E: fmt::Debug> fmt::Debug for BatchItem<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchItem")
            .field("result", &self.result.as_ref().map(TypeOf::new))
            .field("session", &self.session)
            .field("report", &self.report)
            .finish()
    }
}

impl<T, E> BatchReport<T, E> {
    /// How many items ended well.
    pub fn ok(&self) -> usize {
        self.items.iter().filter(|item| item.result.is_ok()).count()
    }

    /// How many items failed, those that panicked included.
    pub fn failed(&self) -> usize {
        self.items.len() - self.ok()
    }

    /// The values of the items that ended well, in the items' order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.items
            .iter()
            .filter_map(|item| item.result.as_ref().ok())
    }

    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.items.iter().map(|item| item.report.attempts()).sum()
    }

    /// What the accepted attempts of all items cost together, as [`Report::usage`] has it for each.
    pub fn usage(&self) -> Usage {
        self.items.iter().map(|item| item.report.usage()).sum()
    }

    /// What all attempts of all items cost together, as [`Report::spent`] has it for each.
    pub fn spent(&self) -> Usage {
        self.items.iter().map(|item| item.report.spent()).sum()
    }

    /// What each item [`spent`](Self::spent), to be priced by [`Prices`](crate::cost::Prices).
    pub fn bills(&self) -> impl Iterator<Item = Bill> {
        self.items.iter().map(|item| item.report.bill())
    }
}
