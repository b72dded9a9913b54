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
    /// What was to be merged was not forked from the present state.
    #[error(
        "fork {index} was not made from the present state: it begins with {shared} of the {len} messages; merge what `fork` made, all forks of one state together; nothing was changed"
    )]
    NotAFork {
        /// Which of the forks, from 0.
        index: usize,
        /// How many of the session's messages it begins with. If that is all, it lacks the cost of turns that were
        /// committed and taken out again since.
        shared: usize,
        /// How many the session has.
        len: usize,
    },
}
