use std::time::Duration;

use tokio::time::Instant;

use super::retry::Past;
use crate::session::Usage;

/// What one fire may still do, and what it has done. One value goes through all its attempts, re-asks included.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// When the fire must have ended.
    pub(crate) deadline: Instant,
    /// The retries that are left.
    pub(crate) retries: u32,
    /// The attempts that were made.
    pub(crate) attempts: u32,
    /// What they cost, the failed ones included, as far as it is known.
    pub(crate) spent: Usage,
    /// How many of them may have been billed without a word on what they cost; one that is in flight is among them.
    pub(crate) uncounted: u32,
    pub(super) past: Past,
}

impl Allowance {
    pub(crate) fn new(limit: Duration, retries: u32) -> Self {
        Self {
            deadline: crate::clock::after(limit),
            retries,
            attempts: 0,
            spent: Usage::default(),
            uncounted: 0,
            past: Past::default(),
        }
    }
}
