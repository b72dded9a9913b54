//! Where sessions are kept between calls, programs and machines.
//!
//! A [`SessionStore`] keeps sessions by id. [`load`](SessionStore::load) gives a [`Branch`]: a session and the version that
//! it is. Fire and run on it, then [`Branch::commit_to`]: a compare-and-set, so that of two writers one is told that the
//! other came first, and no turn is lost. What was committed under one commit id is never appended twice.
//!
//! - [`MemoryStore`] keeps them as long as the program runs.
#![cfg_attr(
    feature = "sqlite",
    doc = "- [`SqliteStore`] keeps them in a file, which several processes of one machine may open."
)]
#![cfg_attr(
    not(feature = "sqlite"),
    doc = "- `SqliteStore` (feature `sqlite`) keeps them in a file, which several processes of one machine may open."
)]
#![cfg_attr(
    feature = "postgres",
    doc = "- [`PostgresStore`] keeps them in PostgreSQL, for several machines."
)]
#![cfg_attr(
    not(feature = "postgres"),
    doc = "- `PostgresStore` (feature `postgres`) keeps them in PostgreSQL, for several machines."
)]
//!
//! Whatever dies and whenever, a commit is there whole or not at all, and one that was acknowledged is there.
//! [`testing::store_contract`](crate::testing::store_contract) holds any store to all of this.
//!
//! # Examples
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), zyn::Error> {
//! use zyn::Llm;
//! use zyn::store::{MemoryStore, SessionStore};
//! use zyn::testing::Scripted;
//!
//! let llm = Llm::new(Scripted::new(["Hello, Ada!"]));
//! let store = MemoryStore::new();
//!
//! let mut branch = store.load("ticket-7", None).await?;
//! zyn::transform("Greet").fire(&llm, &mut branch.session, "Ada").await?;
//! let version = branch.commit_to(&store).await?;
//!
//! assert_eq!(version, 1);
//! assert_eq!(store.load("ticket-7", None).await?.session.len(), 2);
//! # Ok(()) }
//! ```

mod commit;
mod error;
mod id;
mod listing;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod rebase;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::SystemTime;

pub use commit::{Commit, Committed};
pub use error::StoreError;
pub use id::{IdError, IdOf, check_session_id};
pub use listing::{Page, Query, SessionInfo};
pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use rebase::RebaseError;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

pub(in crate::session) use commit::Pending;

use super::Branch;
pub use super::branch::{Change, Misfit};
use crate::provider::BoxFuture;

/// Keeps sessions by id, each with a version that every commit raises by one.
///
/// Implement it to keep sessions elsewhere: [`Change::apply`](crate::store::Change::apply) makes the new state of a session out
/// of its old one, [`Branch::new`] gives it back, and [`store_contract`](crate::testing::store_contract) says whether
/// the store keeps what is promised here. An id, of a session and of a commit, is any text without a NUL character, of at
/// most 1,024 bytes; [`check_session_id`] and [`Commit::check_ids`] say so of every store in the same words.
///
/// A future that is dropped may leave its commit done or not done; never half done.
pub trait SessionStore: Send + Sync {
    /// The session called `id`: its head, or with `at` the state as of that version, which is the same for ever.
    ///
    /// An id that no commit has named is an empty session at version 0; to load it leaves no trace.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchVersion`] if `at` is not a version that the store keeps; [`StoreError::Id`] if `id` can be none.
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>>;

    /// Writes `commit`, all or nothing.
    ///
    /// The commit id is looked up first: if this session has it, the answer is the version that it made, and nothing is
    /// written. Then the version is compared, and then whether the change fits. So a commit whose outcome is unknown is
    /// safe to repeat.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if the session is not at the version that the commit expects; [`StoreError::Misfit`] if the
    /// session has fewer messages than the change is about; [`StoreError::Id`] if an id can be none. Nothing was written.
    ///
    /// After [`StoreError::Unavailable`] and [`StoreError::Backend`] it may be written or not; after every other error it
    /// is not.
    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>>;

    /// The sessions that `query` asks for, by id in the order of its bytes, a page at a time. Deleted ones are not among
    /// them.
    ///
    /// # Errors
    ///
    /// Those of reaching the store.
    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>>;

    /// Deletes what the session called `id` said, in all versions, and says whether there was something to delete.
    ///
    /// The version goes on counting: deleted at 7, it is an empty session at version 8. So a writer that had loaded it
    /// gets a conflict, one that repeats a commit is told the version that it made, and neither brings it back. What is
    /// left, the number and the commit ids, goes with [`expire`](Self::expire).
    ///
    /// # Errors
    ///
    /// [`StoreError::Id`] if `id` can be none, and those of reaching the store.
    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Forgets what has not been in use since `before`, and says how many sessions were dropped.
    ///
    /// - A session whose last commit, or deletion, is older than `before` is dropped: its messages, its version and its
    ///   commit ids. Its id is unknown from then on.
    /// - Of every other session the version that was the head at `before`, and all later ones, stay as they are. What
    ///   came earlier goes: versions, their commit ids, and messages that are in none of the versions that stay.
    ///
    /// It goes by a hundred sessions or so at a time. After an error some are done and the rest are as they were: call it
    /// again.
    ///
    /// So `before` must lie further back than any commit that may still be repeated, and than any branch that may still be
    /// committed: a session that was dropped begins to count anew, and an old branch could find its number again.
    ///
    /// # Errors
    ///
    /// Those of reaching the store.
    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>>;
}
