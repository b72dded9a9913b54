use super::super::{Branch, Change, Draft, random_id};
use super::{SessionStore, StoreError};

/// One compare-and-set on a stored session: which session, expected at which version, and what is done to it.
///
/// [`Branch::commit`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Commit {
    /// The id of the session.
    pub session: String,
    /// The id of the commit: within a session, what is committed once under an id is not committed again.
    pub id: String,
    /// The version that the session must be at.
    pub expected: u64,
    /// What is done to it.
    pub change: Change,
}

/// What a commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It was written and made this version.
    New {
        /// The version.
        version: u64,
    },
    /// It had been written before and had made this version. Nothing was written now.
    ///
    /// What stands there may differ from what is in hand, if the work was repeated and a model answered anew: load
    /// `version` to go on from the answer that counts.
    Already {
        /// The version.
        version: u64,
    },
}

impl Committed {
    /// The version that the commit made, now or before.
    pub fn version(self) -> u64 {
        match self {
            Self::New { version } | Self::Already { version } => version,
        }
    }
}

/// A commit whose outcome is not known, and the session as it is if it went well.
#[derive(Debug, Clone)]
pub(in crate::session) struct Pending {
    commit: Commit,
    after: Draft,
    /// Whether a try of which nothing more was heard may have written it.
    maybe_written: bool,
}

impl Branch {
    /// What was done to the session, as one commit called `id`.
    ///
    /// For a caller that has an id of its own, such as the id of a run or of a request: whoever repeats the work then
    /// repeats the commit, and it is written once. After [`Committed::Already`] the stored answer may be another than the
    /// one in hand: load its version. Without an id, [`commit_to`](Self::commit_to) is simpler.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), zyn::Error> {
    /// use zyn::Message;
    /// use zyn::store::{Committed, MemoryStore, SessionStore};
    ///
    /// let store = MemoryStore::new();
    /// let mut branch = store.load("ticket-7", None).await?;
    /// branch.session.append(Message::user("Where is my parcel?"));
    ///
    /// let commit = branch.commit("request-4711");
    /// assert_eq!(store.commit(&commit).await?, Committed::New { version: 1 });
    /// assert_eq!(store.commit(&commit).await?, Committed::Already { version: 1 });
    /// # Ok(()) }
    /// ```
    pub fn commit(&self, id: impl Into<String>) -> Commit {
        Commit {
            session: self.id().to_owned(),
            id: id.into(),
            expected: self.version,
            change: self.change(),
        }
    }

    /// Commits what was done to the session, and moves the branch to the version that this makes.
    ///
    /// The branch goes on from there: the next call commits what was done since. If nothing was done, nothing is
    /// written. The commit has a random id, which the branch keeps while the outcome is unknown; so after an error that
    /// [is retryable](StoreError::is_retryable), or a dropped future, to call this again is safe: nothing is written
    /// twice. What was done in between becomes a commit of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if another commit came first: nothing was written, and the branch is as it was, with
    /// every answer that was paid for. Load the session again and fire anew, or [`rebase`](Self::rebase).
    ///
    /// After every other error the branch is as it was, too, and keeps the commit id only if something may be written.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), zyn::Error> {
    /// use zyn::Message;
    /// use zyn::store::{MemoryStore, SessionStore, StoreError};
    ///
    /// let store = MemoryStore::new();
    /// let mut first = store.load("ticket-7", None).await?;
    /// let mut second = first.clone();
    ///
    /// first.session.append(Message::user("Where is my parcel?"));
    /// assert_eq!(first.commit_to(&store).await?, 1);
    ///
    /// second.session.append(Message::user("And where is mine?"));
    /// let error = second.commit_to(&store).await.unwrap_err();
    /// assert!(matches!(error, StoreError::Conflict(_)));
    /// assert_eq!(second.session.len(), 1);
    /// # Ok(()) }
    /// ```
    pub async fn commit_to(&mut self, store: &dyn SessionStore) -> Result<u64, StoreError> {
        self.own();
        self.settle(store).await?;
        let after = self.session.draft();
        if after != self.base {
            let commit = self.commit(random_id::<String>());
            self.pending = Some(Pending {
                commit,
                after,
                maybe_written: false,
            });
            self.settle(store).await?;
        }
        Ok(self.version)
    }

    /// Brings a commit whose outcome is unknown to an end.
    async fn settle(&mut self, store: &dyn SessionStore) -> Result<(), StoreError> {
        let Some(pending) = &mut self.pending else {
            return Ok(());
        };
        // set before the wait, from which a dropped future does not come back
        let maybe_before = std::mem::replace(&mut pending.maybe_written, true);
        let outcome = store.commit(&pending.commit).await;
        pending.maybe_written = match &outcome {
            // the commit id was looked up, and is there or is not
            Ok(_) | Err(StoreError::Conflict(_) | StoreError::Misfit(_)) => false,
            Err(StoreError::Unavailable { .. } | StoreError::Backend { .. }) => true,
            Err(_) => maybe_before,
        };
        let known = !pending.maybe_written;
        let pending = if known { self.pending.take() } else { None };
        let committed = outcome?;
        if let Some(Pending { after, .. }) = pending {
            self.base = after;
            self.version = committed.version();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
