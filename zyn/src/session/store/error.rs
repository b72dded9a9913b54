use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{IdError, Misfit, RebaseError};
use crate::session::Conflict;

/// What can go wrong with a store, and what is true then.
///
/// `Display` and `Debug` show no message of a conversation, no address and no password.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another commit came first. Nothing was written.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The change was not made from the version that it is to be committed on. Nothing was written.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// An id that can be none. Nothing was written.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Others kept the store busy for longer than it is worth to wait. Nothing was written.
    #[error("the store is busy: {source}; nothing was written; try again")]
    Busy {
        /// What the backend said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The store cannot be reached or went away. A commit may be written or not.
    #[error(
        "the store cannot be reached: {source}; if this was a commit it may be written or not; repeat it under the same commit id"
    )]
    Unavailable {
        /// What the backend said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The backend failed in a way that will not pass by itself. A commit may be written or not.
    #[error(
        "the store failed: {source}; if this was a commit it may be written or not; once the cause is removed, repeat it under the same commit id"
    )]
    Backend {
        /// What the backend said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// A version that the store never had, or has no more.
    #[error(
        "session `{session}` has no version {version}: it can be loaded from version {oldest} to {newest}"
    )]
    NoSuchVersion {
        /// The session.
        session: String,
        /// The version asked for.
        version: u64,
        /// The oldest version that can be loaded.
        oldest: u64,
        /// The newest one.
        newest: u64,
    },
    /// Something stored that this zyn cannot read.
    #[error(
        "what is stored of session `{session}` cannot be read; was it written by a newer zyn, or by hand? Nothing was changed"
    )]
    Unreadable {
        /// The session.
        session: String,
    },
    /// The tables are those of a newer zyn.
    #[error(
        "the store's tables are of version {found} and this zyn knows version {known}; use the zyn that made them, or a newer one; nothing was changed"
    )]
    Newer {
        /// The version found.
        found: u64,
        /// The newest version that this zyn knows.
        known: u64,
    },
    /// A branch could not be rebased.
    #[error(transparent)]
    Rebase(#[from] RebaseError),
}

impl StoreError {
    /// [`Busy`](Self::Busy), for a store of one's own.
    pub fn busy(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into().into();
        Self::Busy { source }
    }

    /// [`Unavailable`](Self::Unavailable), for a store of one's own.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into().into();
        Self::Unavailable { source }
    }

    /// [`Backend`](Self::Backend), for a store of one's own.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::store::StoreError;
    ///
    /// let error = StoreError::backend(std::io::Error::other("the disk is full"));
    /// assert!(error.to_string().starts_with("the store failed: the disk is full"));
    /// assert!(!error.is_retryable());
    /// ```
    pub fn backend(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into().into();
        Self::Backend { source }
    }

    /// Whether the same call can succeed later. (After a conflict it cannot: the session must be loaded first.)
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unavailable { .. })
    }
}

/// Reads like `Display`: what a backend says of itself in its own `Debug` may quote rows, addresses and passwords.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_backend_quotes_in_its_debug_is_not_shown() {
        #[derive(Debug, thiserror::Error)]
        #[error("duplicate key")]
        struct Quoting(#[allow(dead_code, reason = "its Debug shows it")] &'static str);

        for error in [
            StoreError::busy(Quoting("canary")),
            StoreError::unavailable(Quoting("canary")),
            StoreError::backend(Quoting("canary")),
        ] {
            let as_kind = crate::Error::from(error.clone());
            for shown in [
                error.to_string(),
                format!("{error:?}"),
                format!("{error:#?}"),
                format!("{as_kind:#?}"),
            ] {
                assert!(shown.contains("duplicate key"), "{shown}");
                assert!(!shown.contains("canary"), "{shown}");
            }
            let source = Error::source(&error).map(ToString::to_string);
            assert_eq!(source.as_deref(), Some("duplicate key"));
            let (StoreError::Busy { source }
            | StoreError::Unavailable { source }
            | StoreError::Backend { source }) = error
            else {
                panic!("made of a source");
            };
            assert!(source.is::<Quoting>());
        }
    }

    #[test]
    fn busy_and_unavailable_can_pass_and_the_rest_cannot() {
        assert!(StoreError::busy("x").is_retryable());
        assert!(crate::Error::from(StoreError::unavailable("x")).is_retryable());
        assert!(!StoreError::backend("x").is_retryable());
        assert!(!StoreError::Newer { found: 2, known: 1 }.is_retryable());
    }
}
