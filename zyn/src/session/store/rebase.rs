use super::super::{Branch, Change};

/// Why a branch was not rebased. The branch is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RebaseError {
    /// The branch did more than append, and what it did has no meaning elsewhere.
    #[error(
        "the branch changed messages that it found: it kept {kept} of {found}; only appended messages can be rebased, so load the session again and do it anew; nothing was changed"
    )]
    Changed {
        /// How many messages from the start are as they were.
        kept: usize,
        /// How many there were.
        found: usize,
    },
    /// The head is another session.
    #[error(
        "the branch is of session `{expected}` and the head is of `{found}`; nothing was changed"
    )]
    OtherSession {
        /// The session of the branch.
        expected: String,
        /// The session of the head.
        found: String,
    },
    /// A commit of the branch may have been written.
    #[error(
        "the outcome of the branch's last commit is unknown; call `commit_to` until it is, then rebase; nothing was changed"
    )]
    Unsettled,
}

impl Branch {
    /// Moves what this branch appended behind `head`, the session as it is now, so that it can be committed there.
    ///
    /// **This leaves the promise that an answer was given on exactly the history that stands before it.** The appended
    /// answers were given without the turns that came first. It is right where turns do not depend on each other, as in a
    /// log of notes. Usage is added up.
    ///
    /// # Errors
    ///
    /// [`RebaseError`], if the branch did more than append, if `head` is another session, or while the outcome of a commit
    /// is unknown.
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
    /// let mut first = store.load("notes", None).await?;
    /// let mut second = first.clone();
    /// first.session.append(Message::user("The boiler is from 1998."));
    /// first.commit_to(&store).await?;
    ///
    /// second.session.append(Message::user("The customer is at home on Monday."));
    /// while let Err(error) = second.commit_to(&store).await {
    ///     let StoreError::Conflict(_) = error else { return Err(error.into()) };
    ///     second.rebase(&store.load("notes", None).await?)?;
    /// }
    /// assert_eq!(store.load("notes", None).await?.session.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn rebase(&mut self, head: &Self) -> Result<(), RebaseError> {
        if self.pending.is_some() {
            return Err(RebaseError::Unsettled);
        }
        if self.id() != head.id() {
            return Err(RebaseError::OtherSession {
                expected: self.id().to_owned(),
                found: head.id().to_owned(),
            });
        }
        let change = self.change();
        let found = self.base.history().len();
        if change.at < found {
            let kept = change.at;
            return Err(RebaseError::Changed { kept, found });
        }
        let spent = change.bill.since(self.base.bill()).unwrap_or_default();
        let said = (&change.bill, change.last_usage) != (self.base.bill(), self.base.last_usage());
        let mut bill = head.base.bill().clone();
        bill.add_all(&spent);
        let onto = Change {
            at: head.base.history().len(),
            bill,
            last_usage: if said {
                change.last_usage
            } else {
                head.base.last_usage()
            },
            ..change
        };
        self.own();
        self.session.commit(head.base.clone());
        *self = Self::new(self.session.clone(), head.version);
        self.session.splice(&onto);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Message, Usage};
    use crate::store::{MemoryStore, SessionStore, StoreError};

    fn say(branch: &mut Branch, text: &str, tokens: u64) {
        let mut draft = branch.session.draft();
        draft.append_turn([Message::user(text)], Usage::new(tokens, 0));
        branch.session.commit(draft);
    }

    fn texts(branch: &Branch) -> Vec<&str> {
        branch
            .session
            .messages()
            .iter()
            .map(Message::text)
            .collect()
    }

    /// A store with one turn, a branch from there, and the head after another writer's turn.
    async fn overtaken(store: &MemoryStore) -> (Branch, Branch) {
        let mut branch = store.load("a", None).await.unwrap();
        say(&mut branch, "first", 1);
        branch.commit_to(store).await.unwrap();
        let mut other = branch.clone();
        say(&mut other, "other", 10);
        other.commit_to(store).await.unwrap();
        (branch, other)
    }

    #[tokio::test]
    async fn what_was_appended_stands_behind_the_head_and_is_paid_for_once() {
        let store = MemoryStore::new();
        let (mut branch, head) = overtaken(&store).await;
        say(&mut branch, "mine", 100);
        branch.rebase(&head).unwrap();
        assert_eq!(texts(&branch), ["first", "other", "mine"]);
        assert_eq!(branch.session.usage(), Usage::new(111, 0));
        assert_eq!(branch.session.last_usage(), Some(Usage::new(100, 0)));
        assert_eq!(branch.commit_to(&store).await.unwrap(), 3);
        let stored = store.load("a", None).await.unwrap();
        assert_eq!(stored.session, branch.session);
    }

    #[tokio::test]
    async fn what_cost_nothing_leaves_the_last_cost_as_it_is() {
        let store = MemoryStore::new();
        let (mut branch, head) = overtaken(&store).await;
        branch.session.append(Message::user("a note"));
        branch.rebase(&head).unwrap();
        assert_eq!(branch.session.usage(), Usage::new(11, 0));
        assert_eq!(branch.session.last_usage(), Some(Usage::new(10, 0)));
    }

    #[tokio::test]
    async fn what_was_done_to_the_head_s_branch_and_not_committed_stays_there() {
        let store = MemoryStore::new();
        let (mut branch, mut head) = overtaken(&store).await;
        say(&mut head, "not committed", 1000);
        say(&mut branch, "mine", 100);
        branch.rebase(&head).unwrap();
        assert_eq!(texts(&branch), ["first", "other", "mine"]);
        assert_eq!(branch.session.usage(), Usage::new(111, 0));
    }

    #[tokio::test]
    async fn only_appended_messages_are_rebased() {
        let store = MemoryStore::new();
        let (branch, head) = overtaken(&store).await;
        let edits: [fn(&mut crate::Session); 3] = [
            |session| session.clear(),
            |session| session.insert(0, Message::system("x")).unwrap(),
            |session| drop(session.replace(0, Message::user("x")).unwrap()),
        ];
        for edit in edits {
            let mut branch = branch.clone();
            edit(&mut branch.session);
            let before = branch.session.clone();
            let error = branch.rebase(&head).unwrap_err();
            assert_eq!(error, RebaseError::Changed { kept: 0, found: 1 });
            assert_eq!(branch.session, before);
            assert_eq!(branch.version(), 1);
        }
    }

    #[tokio::test]
    async fn another_session_is_no_head() {
        let store = MemoryStore::new();
        let (mut branch, _) = overtaken(&store).await;
        let other = store.load("b", None).await.unwrap();
        let error = branch.rebase(&other).unwrap_err();
        let (expected, found) = ("a".to_owned(), "b".to_owned());
        assert_eq!(error, RebaseError::OtherSession { expected, found });
    }

    #[tokio::test]
    async fn a_branch_whose_commit_may_be_written_is_not_rebased() {
        let store = MemoryStore::new();
        let (mut branch, head) = overtaken(&store).await;
        say(&mut branch, "mine", 100);
        let before = branch.session.clone();
        branch.commit_to(&Gone).await.unwrap_err();
        assert_eq!(branch.rebase(&head), Err(RebaseError::Unsettled));
        assert_eq!(branch.session, before);
        let error = branch.commit_to(&store).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict(_)));
        branch.rebase(&head).unwrap();
    }

    /// A store that cannot be reached.
    struct Gone;

    type Answer<'a, T> = crate::provider::BoxFuture<'a, Result<T, StoreError>>;

    fn gone<'a, T: Send + 'a>() -> Answer<'a, T> {
        Box::pin(async { Err(StoreError::unavailable("gone")) })
    }

    impl SessionStore for Gone {
        fn load<'a>(&'a self, _: &'a str, _: Option<u64>) -> Answer<'a, Branch> {
            gone()
        }

        fn commit<'a>(
            &'a self,
            _: &'a crate::store::Commit,
        ) -> Answer<'a, crate::store::Committed> {
            gone()
        }

        fn list<'a>(&'a self, _: &'a crate::store::Query) -> Answer<'a, crate::store::Page> {
            gone()
        }

        fn delete<'a>(&'a self, _: &'a str) -> Answer<'a, bool> {
            gone()
        }

        fn expire(&self, _: std::time::SystemTime) -> Answer<'_, u64> {
            gone()
        }
    }
}
