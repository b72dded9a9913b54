use std::sync::Arc;

use super::Session;
use super::bill::Bill;
use super::draft::Draft;
use super::message::Message;
use super::store::Pending;
use super::usage::Usage;

/// A session that left from a version and goes back by compare-and-set.
///
/// Fire and run on its [`session`](Self::session), then commit it where it is from. If another commit came first, the
/// branch still holds every answer that was paid for.
///
/// A branch goes back under the id that it left under, [`id`](Self::id), whatever is put in `session` meanwhile. So this is
/// how a session that exists already comes into a store: [load](crate::store::SessionStore::load) the id that it is to
/// have, assign it, commit.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zyn::Error> {
/// use zyn::store::{MemoryStore, SessionStore};
/// use zyn::{Message, Session};
///
/// let mut existing = Session::new();
/// existing.append(Message::user("Where is my parcel?"));
///
/// let store = MemoryStore::new();
/// let mut branch = store.load("ticket-7", None).await?;
/// branch.session = existing;
/// branch.commit_to(&store).await?;
///
/// let stored = store.load("ticket-7", None).await?.session;
/// assert_eq!((stored.id(), stored.len()), ("ticket-7", 1));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Branch {
    /// The session, to fire on and to edit.
    pub session: Session,
    id: Arc<str>,
    pub(super) base: Draft,
    pub(super) version: u64,
    pub(super) pending: Option<Pending>,
}

impl Branch {
    /// `session`, which is what was committed as `version`.
    ///
    /// For the `load` of a store of one's own. What the store does not hold cannot be its base: a session from elsewhere
    /// comes in as [`Branch`] says.
    pub fn new(session: Session, version: u64) -> Self {
        let base = session.draft();
        Self {
            id: session.id.clone(),
            session,
            base,
            version,
            pending: None,
        }
    }

    /// The id of the session that it left from, under which it goes back.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Gives what was put in `session` the id of this branch.
    pub(super) fn own(&mut self) {
        self.session.id = self.id.clone();
    }

    /// The version that it left from.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What was done to the session since then.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Branch, Message, Session};
    ///
    /// let mut session = Session::named("ticket-7");
    /// session.append(Message::system("Be brief."));
    /// let mut branch = Branch::new(session.clone(), 1);
    /// branch.session.append(Message::user("Where is my parcel?"));
    ///
    /// let change = branch.change();
    /// assert_eq!((change.at, change.removed), (1, 0));
    /// change.apply(&mut session).unwrap();
    /// assert_eq!(session, branch.session);
    /// ```
    pub fn change(&self) -> Change {
        let draft = self.session.draft();
        let (base, now) = (self.base.history(), draft.history());
        let at = base.shared_start(now, Message::is_same);
        let ends = base.iter().skip(at).rev().zip(now.iter().skip(at).rev());
        let kept = ends.take_while(|(was, is)| was.is_same(is)).count();
        let inserted = now.iter().take(now.len() - kept).skip(at);
        Change {
            at,
            removed: base.len() - kept - at,
            inserted: inserted.cloned().collect(),
            bill: draft.bill().clone(),
            last_usage: draft.last_usage(),
        }
    }
}

/// What one commit does to a conversation: one splice, and what the conversation has cost after it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// How many of the first messages stay.
    pub at: usize,
    /// How many after them go.
    pub removed: usize,
    /// What stands in their place; the messages after those that went follow it.
    pub inserted: Vec<Message>,
    /// What all committed turns have cost, by model.
    pub bill: Bill,
    /// What the last of them has cost, if its provider said so.
    pub last_usage: Option<Usage>,
}

impl Session {
    /// Does `change`, which fits.
    pub(super) fn splice(&mut self, change: &Change) {
        let Change {
            at,
            removed,
            inserted,
            bill,
            last_usage,
        } = change;
        let mut history = self.messages().clone();
        history.splice(*at, *removed, inserted.iter().cloned());
        self.commit(Draft::restore(history, bill.clone(), *last_usage));
    }
}

impl Change {
    /// Does it to `session`, which must be what the branch left from.
    ///
    /// # Errors
    ///
    /// [`Misfit`] if `session` has fewer messages than the change is about. Nothing was changed.
    pub fn apply(&self, session: &mut Session) -> Result<(), Misfit> {
        self.check_fit(session.len())?;
        session.splice(self);
        Ok(())
    }

    /// Whether it can be done to a conversation of `len` messages.
    ///
    /// # Errors
    ///
    /// [`Misfit`] if it is about more messages than that.
    pub fn check_fit(&self, len: usize) -> Result<(), Misfit> {
        let &Self { at, removed, .. } = self;
        match at.checked_add(removed) {
            Some(end) if end <= len => Ok(()),
            _ => Err(Misfit { at, removed, len }),
        }
    }
}

/// A change was not made from the session that it is to be done to. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a change that keeps {at} messages and removes {removed} does not fit a session of {len}: it was not made from this version; nothing was written; load the session again and make the change anew"
)]
#[non_exhaustive]
pub struct Misfit {
    /// How many of the first messages are to stay.
    pub at: usize,
    /// How many after them are to go.
    pub removed: usize,
    /// How many messages the session has.
    pub len: usize,
}

/// Another commit came first. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the session is at version {found} and this branch left from version {expected}: another commit came first, and nothing was written; load the session again and fire anew"
)]
#[non_exhaustive]
pub struct Conflict {
    /// The version that the branch left from.
    pub expected: u64,
    /// The version that is committed.
    pub found: u64,
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_change_makes_the_session_out_of_its_base(
            base in vec(0..3_u8, 0..12),
            edits in vec((0..12_usize, 0..4_usize, vec(0..3_u8, 0..4)), 0..4),
        ) {
            let message = |text: &u8| Message::user(text.to_string());
            let mut session = Session::named("a");
            session.set_messages(base.iter().map(message));
            let mut branch = Branch::new(session.clone(), 7);
            for (at, removed, inserted) in &edits {
                let mut messages: Vec<_> = branch.session.messages().iter().cloned().collect();
                let at = *at.min(&messages.len());
                let end = messages.len().min(at + removed);
                messages.splice(at..end, inserted.iter().map(message));
                branch.session.set_messages(messages);
            }
            branch.change().apply(&mut session).unwrap();
            prop_assert_eq!(session, branch.session);
        }
    }

    #[test]
    fn the_same_words_from_another_model_are_a_change() {
        let answer = |model: &str| Message::answer("a", &model.into(), None);
        let mut session = Session::named("a");
        session.append(answer("small"));
        let mut branch = Branch::new(session.clone(), 1);
        branch.session.set_messages([answer("large")]);
        branch.change().apply(&mut session).unwrap();
        assert_eq!(session.at(0).unwrap().asked(), Some("large"));
    }

    #[test]
    fn a_new_turn_changes_nothing_but_the_end() {
        let mut session = Session::named("a");
        session.append(Message::system("s"));
        let mut branch = Branch::new(session, 1);
        let mut draft = branch.session.draft();
        let turn = [Message::user("u"), Message::assistant("a")];
        draft.append_turn(turn.clone(), Usage::new(3, 1));
        branch.session.commit(draft);
        let change = branch.change();
        assert_eq!((change.at, change.removed), (1, 0));
        assert_eq!(change.inserted, turn);
        assert_eq!(change.last_usage, Some(Usage::new(3, 1)));
    }
}
