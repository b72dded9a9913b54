use super::Session;
use super::bill::Bill;
use super::draft::Draft;
use super::editing::reading_and_editing;
use super::error::SessionError;
use super::history::History;
use super::message::Message;
use super::usage::Usage;

/// A change to a [`Session`](crate::Session) that has not happened yet.
///
/// It offers the session's reading and editing. Edits go to a draft; no undo can fail, because there is none: to roll
/// back is to do nothing.
///
/// # Examples
///
/// ```
/// use zyn::{Message, Session};
///
/// let mut session = Session::new();
/// let mut tx = session.begin();
/// tx.append(Message::user("Where is my parcel?"));
/// tx.commit();
/// assert_eq!(session.len(), 1);
/// ```
#[derive(Debug)]
#[must_use = "a transaction that is not committed rolls back"]
pub struct Transaction<'s> {
    id: &'s str,
    target: &'s mut Draft,
    pub(super) draft: Draft,
}

reading_and_editing!(Transaction<'_>, draft);

impl<'s> Transaction<'s> {
    pub(super) fn on(id: &'s str, target: &'s mut Draft) -> Self {
        let draft = target.clone();
        Self { id, target, draft }
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        self.id
    }

    /// Begins a transaction within this one.
    ///
    /// To commit it is to edit this transaction; to drop it leaves this transaction as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Message, Session};
    ///
    /// let mut session = Session::new();
    /// let mut tx = session.begin();
    /// tx.append(Message::user("Where is my parcel?"));
    /// let mut attempt = tx.savepoint();
    /// attempt.append(Message::assistant("I do not know."));
    /// drop(attempt);
    /// tx.commit();
    /// assert_eq!(session.messages(), [Message::user("Where is my parcel?")]);
    /// ```
    pub fn savepoint(&mut self) -> Transaction<'_> {
        Transaction::on(self.id, &mut self.draft)
    }

    /// Makes the changes visible, all at once.
    pub fn commit(mut self) {
        std::mem::swap(self.target, &mut self.draft);
    }
}

// Empty on purpose: with a `Drop`, the borrow lasts to the end of the scope, so the compiler refuses
// to read the session while an uncommitted transaction is still in sight. Without it, it does not.
impl Drop for Transaction<'_> {
    fn drop(&mut self) {}
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;
    use crate::session::Session;

    fn two_messages() -> Session {
        let mut session = Session::new();
        session.set_messages([Message::user("u"), Message::assistant("a")]);
        session
    }

    #[test]
    fn removing_past_the_end_names_index_and_length() {
        let error = two_messages().begin().remove(7).unwrap_err();
        assert_eq!(error, SessionError::OutOfRange { index: 7, len: 2 });
    }

    #[test]
    fn a_dropped_transaction_leaves_the_session_as_it_was() {
        let mut session = two_messages();
        let before = session.clone();
        let mut tx = session.begin();
        tx.clear();
        tx.append(Message::user("x"));
        drop(tx);
        assert_eq!(session, before);
    }

    #[test]
    fn a_panic_before_commit_leaves_the_session_as_it_was() {
        let mut session = two_messages();
        let before = session.clone();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut tx = session.begin();
            tx.clear();
            assert!(!tx.is_empty(), "the caller's code panics");
            tx.commit();
        }));
        assert!(panicked.is_err());
        assert_eq!(session, before);
    }

    #[test]
    fn a_cancelled_future_leaves_the_session_as_it_was() {
        let mut session = two_messages();
        let before = session.clone();
        {
            let mut future = pin!(async {
                let mut tx = session.begin();
                tx.clear();
                std::future::pending::<()>().await;
                tx.commit();
            });
            let mut context = Context::from_waker(Waker::noop());
            assert!(future.as_mut().poll(&mut context).is_pending());
        }
        assert_eq!(session, before);
    }

    #[test]
    fn a_savepoint_rolls_back_alone() {
        let mut session = Session::new();
        let mut tx = session.begin();
        tx.append(Message::user("kept"));
        let mut savepoint = tx.savepoint();
        savepoint.append(Message::user("dropped"));
        drop(savepoint);
        tx.commit();
        assert_eq!(session.messages(), [Message::user("kept")]);
    }

    #[test]
    fn a_committed_savepoint_falls_with_its_transaction() {
        let mut session = two_messages();
        let before = session.clone();
        let mut tx = session.begin();
        let mut savepoint = tx.savepoint();
        savepoint.clear();
        savepoint.commit();
        assert!(tx.is_empty());
        drop(tx);
        assert_eq!(session, before);
    }

    #[test]
    fn a_commit_shows_messages_and_usage_together() {
        let mut session = Session::new();
        let mut tx = session.begin();
        let (user, answer) = (Message::user("u"), Message::assistant("a"));
        tx.draft.append_turn([user, answer], Usage::new(3, 2));
        assert_eq!((tx.target.len(), tx.target.usage()), (0, Usage::default()));
        tx.commit();
        assert_eq!((session.len(), session.usage()), (2, Usage::new(3, 2)));
        assert_eq!(session.last_usage(), Some(Usage::new(3, 2)));
    }

    #[test]
    fn a_transaction_knows_the_session_s_id() {
        let mut session = Session::named("ticket-7");
        let mut tx = session.begin();
        assert_eq!(tx.id(), "ticket-7");
        assert_eq!(tx.savepoint().id(), "ticket-7");
    }
}
