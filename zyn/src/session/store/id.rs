use std::fmt;

use super::{Commit, StoreError};

/// The most bytes that an id may have. With both ids of a commit it is what an index of PostgreSQL takes.
const MOST_BYTES: usize = 1024;

/// An id that no store takes. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// It is longer than 1,024 bytes.
    #[error(
        "the {of} has {bytes} bytes and a store takes {MOST_BYTES} at most; shorten it; nothing was written"
    )]
    TooLong {
        /// Whose id it is.
        of: IdOf,
        /// How long it is.
        bytes: usize,
    },
    /// It has a NUL character, which PostgreSQL cannot keep.
    #[error(
        "the {of} has a NUL character at byte {at}, which a store cannot keep; take it out; nothing was written"
    )]
    Nul {
        /// Whose id it is.
        of: IdOf,
        /// The byte, from 0.
        at: usize,
    },
}

/// Whose id an [`IdError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdOf {
    /// That of a session.
    Session,
    /// That of a commit.
    Commit,
}

impl fmt::Display for IdOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => "session's id",
            Self::Commit => "commit's id",
        })
    }
}

/// Whether `id` can be a session's: what every store asks in `load` and `delete` before it does anything.
///
/// # Errors
///
/// [`StoreError::Id`] if it is longer than 1,024 bytes or has a NUL character.
///
/// # Examples
///
/// ```
/// use zyn::store::{StoreError, check_session_id};
///
/// assert!(check_session_id("ticket-7").is_ok());
/// assert!(matches!(check_session_id("ticket\0"), Err(StoreError::Id(_))));
/// ```
pub fn check_session_id(id: &str) -> Result<(), StoreError> {
    Ok(check(IdOf::Session, id)?)
}

impl Commit {
    /// Whether both its ids can be ids: what every store asks in `commit` before it does anything.
    ///
    /// # Errors
    ///
    /// [`StoreError::Id`] if one of them is longer than 1,024 bytes or has a NUL character.
    pub fn check_ids(&self) -> Result<(), StoreError> {
        check_session_id(&self.session)?;
        Ok(check(IdOf::Commit, &self.id)?)
    }
}

fn check(of: IdOf, id: &str) -> Result<(), IdError> {
    let bytes = id.len();
    if bytes > MOST_BYTES {
        return Err(IdError::TooLong { of, bytes });
    }
    match id.find('\0') {
        Some(at) => Err(IdError::Nul { of, at }),
        None => Ok(()),
    }
}
