//! What is left of a provider's limits.

/// What a provider says is left of its limits after a call, of each the least where it says so of several windows.
/// `None` where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remaining {
    /// Requests.
    pub requests: Option<u64>,
    /// Tokens, those read and those written together.
    pub tokens: Option<u64>,
    /// Tokens to be read.
    pub input_tokens: Option<u64>,
    /// Tokens to be written.
    pub output_tokens: Option<u64>,
}
