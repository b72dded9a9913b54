//! The waits of an attempt that have a limit.

/// What was waited for in vain.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use zyn::provider::Wait;
/// use zyn::{Failure, ProviderError};
///
/// let limit = Duration::from_secs(60);
/// let kind = Failure::Timeout { wait: Wait::Idle, limit };
/// assert_eq!(
///     ProviderError::new("openai", kind).to_string(),
///     "openai said nothing for 60s in the middle of its answer; allow more with `.idle_timeout(…)`",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wait {
    /// The end of the attempt.
    Attempt,
    /// The beginning of a stream.
    FirstByte,
    /// The next piece of a stream.
    Idle,
}
