//! What is counted, and in what.

use std::time::Duration;

use super::bucket::{Bucket, ONE};
use crate::session::Usage;

/// The limits, as they were set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) requests: Option<u32>,
    pub(super) tokens: Option<u64>,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) burst: Duration,
    pub(super) queue: usize,
}

/// What a bucket counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Requests,
    Tokens,
    InputTokens,
    OutputTokens,
}

impl Rules {
    /// What is limited, and how much of it is let through in a minute.
    pub(super) fn limits(&self) -> impl Iterator<Item = (Measure, u64)> {
        [
            (Measure::Requests, self.requests.map(u64::from)),
            (Measure::Tokens, self.tokens),
            (Measure::InputTokens, self.input_tokens),
            (Measure::OutputTokens, self.output_tokens),
        ]
        .into_iter()
        .filter_map(|(measure, limit)| Some((measure, limit?)))
    }

    pub(super) fn buckets(&self) -> Vec<(Measure, Bucket)> {
        let full = |limit| Bucket::full(limit, self.burst.as_nanos());
        self.limits()
            .map(|(measure, limit)| (measure, full(limit)))
            .collect()
    }
}

impl Measure {
    /// What one call takes that uses `usage`, in parts of a bucket.
    pub(super) fn of(self, usage: Usage) -> i128 {
        parts(match self {
            Self::Requests => 1,
            Self::Tokens => usage.total(),
            Self::InputTokens => usage.input_tokens,
            Self::OutputTokens => usage.output_tokens,
        })
    }
}

/// So many requests or tokens, in parts of a bucket.
pub(super) fn parts(count: u64) -> i128 {
    i128::from(count).saturating_mul(ONE)
}
