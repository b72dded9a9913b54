use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Tokens, as the provider counted them.
///
/// Sums saturate. Where a provider reports some counts and not others, those count as zero; where it reports none at
/// all, there is no `Usage` but `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens read, those from the provider's cache included.
    pub input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
    /// The part of `input_tokens` that came from the provider's cache.
    pub cached_tokens: u64,
    /// The part of `input_tokens` that was written into the provider's cache, which some sell dearer.
    #[serde(skip_serializing_if = "is_zero")]
    pub written_tokens: u64,
    /// The part of `output_tokens` that was hidden reasoning.
    pub reasoning_tokens: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(tokens: &u64) -> bool {
    *tokens == 0
}

impl Usage {
    /// Usage of `input` tokens read and `output` tokens written.
    pub fn new(input: u64, output: u64) -> Self {
        Self {
            input_tokens: input,
            output_tokens: output,
            ..Self::default()
        }
    }

    /// What came on top of `base`; `None` if that is not a part of this.
    pub(super) fn since(&self, base: Self) -> Option<Self> {
        Some(Self {
            input_tokens: self.input_tokens.checked_sub(base.input_tokens)?,
            output_tokens: self.output_tokens.checked_sub(base.output_tokens)?,
            cached_tokens: self.cached_tokens.checked_sub(base.cached_tokens)?,
            written_tokens: self.written_tokens.checked_sub(base.written_tokens)?,
            reasoning_tokens: self.reasoning_tokens.checked_sub(base.reasoning_tokens)?,
        })
    }

    /// Tokens read and written together.
    pub fn total(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            written_tokens: self.written_tokens.saturating_add(other.written_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        usages.fold(Self::default(), Add::add)
    }
}
