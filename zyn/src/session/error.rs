/// What can be wrong with an edit of a session. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// An index beyond the last message.
    #[error("no message at index {index}: the session has {len}; nothing was changed")]
    OutOfRange {
        /// The index asked for.
        index: usize,
        /// How many messages there are.
        len: usize,
    },
}
