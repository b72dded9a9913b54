//! What a [`Batch`](crate::Batch) tells while it runs and afterwards.

pub use crate::workflow::{BatchEvent, BatchItem, BatchReport, ItemError};
