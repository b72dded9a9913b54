//! What is left of a provider's limits.

/// What a provider says is left of its limits after a call, of each the least where it says so of several windows.
/// `None` where it does not say.
///
/// # Examples
///
/// ```
/// use zyn::Response;
/// use zyn::provider::Remaining;
///
/// fn is_nearly_spent(response: &Response) -> bool {
///     let left: Remaining = response.remaining.unwrap_or_default();
///     left.requests.is_some_and(|requests| requests < 10)
/// }
///
/// let mut response = Response::default();
/// assert!(!is_nearly_spent(&response));
/// let mut left = Remaining::default();
/// left.requests = Some(3);
/// response.remaining = Some(left);
/// assert!(is_nearly_spent(&response));
/// ```
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
