//! The conversation: messages, edits, transactions.

mod bill;
mod branch;
mod draft;
mod editing;
mod error;
mod history;
mod media;
mod message;
#[cfg(test)]
mod model;
mod prompt;
mod shared;
pub mod store;
mod stored;
mod transaction;
mod turns;
mod usage;
pub(crate) mod window;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cost::Budget;

pub use bill::Bill;
pub(crate) use branch::Change;
pub use branch::{Branch, Conflict};
pub(crate) use draft::Draft;
pub use error::SessionError;
pub use history::History;
pub use media::{Media, MediaError, MediaKind};
pub use message::{Message, Role};
pub use prompt::Block;
pub use shared::SharedSession;
pub(crate) use shared::take_wait;
pub use transaction::Transaction;
pub use usage::Usage;
pub use window::{Summary, Window, Windowed};

use editing::reading_and_editing;
use stored::Stored;

/// A conversation: an id, messages, and what they have cost.
///
/// Plain data. A clone copies no message, and the two go their own ways from there. To fire a synapse takes
/// `&mut Session`, so two turns of one conversation can never interleave; tasks that share one hold a
/// [`SharedSession`]. Sessions are equal if id, messages and usage are. The serialised form carries a version. `Debug`
/// shows roles and sizes, not texts. A [`Window`] keeps a long one small. The [`guide`](crate::guide) shows all that can
/// be done with one.
///
/// # Examples
///
/// ```
/// use zyn::{Message, Session};
///
/// let mut session = Session::new();
/// session.append(Message::user("Where is my parcel?"));
/// let fork = session.fork();
/// session.clear();
/// assert_eq!((session.len(), fork.len()), (0, 1));
/// ```
#[doc = include_str!("promise.md")]
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Session {
    id: Arc<str>,
    committed: Draft,
    window: Option<Window>,
    budget: Option<Budget>,
    fork_of: Option<Box<Draft>>,
}

reading_and_editing!(Session, committed);

impl Session {
    /// An empty conversation with a random id of 32 hexadecimal digits.
    pub fn new() -> Self {
        Self::called(random_id())
    }

    /// An empty conversation called `id`.
    ///
    /// A provider that keeps conversations in a cache is told a hash of the id. Whoever can guess the id knows it by that,
    /// so let it not be an e-mail address or a name.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(zyn::Session::named("ticket-7").id(), "ticket-7");
    /// ```
    pub fn named(id: impl Into<String>) -> Self {
        Self::called(id.into().into())
    }

    fn called(id: Arc<str>) -> Self {
        Self {
            id,
            committed: Draft::default(),
            window: None,
            budget: None,
            fork_of: None,
        }
    }

    /// The conversation's id. Nothing changes it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Limits what of the conversation is sent, and stays, from the next fire on; `None` lifts the limit. Messages fall
    /// out with the next commit of a fire or a run, not now.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Session, Window};
    ///
    /// let mut session = Session::new();
    /// session.set_window(Window::last_turns(20).slack(10));
    /// assert!(session.clone().window().is_some());
    /// session.set_window(None);
    /// assert!(session.window().is_none());
    /// ```
    pub fn set_window(&mut self, window: impl Into<Option<Window>>) {
        self.window = window.into();
    }

    /// What limits the conversation, if anything does.
    pub fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// Limits what may be spent on the conversation from here on, by every fire and every run; `None` lifts the limit.
    /// Like the window it is configuration: it is not stored and not compared, and clones and forks share it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::testing::Scripted;
    /// use zyn::{Budget, ErrorKind, Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::by(|_| Ok(zyn::Response::new("Hi", zyn::Usage::new(60, 5)))));
    /// let mut session = Session::new();
    /// session.set_budget(Budget::tokens(100));
    /// let greet = zyn::transform("Greet");
    /// greet.fire(&llm, &mut session, "Ada").await.unwrap();
    /// let error = greet.fire(&llm, &mut session, "Grace").await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Budget(_)));
    /// assert_eq!((session.len(), llm.spend().attempts), (2, 1));
    /// # }
    /// ```
    pub fn set_budget(&mut self, budget: impl Into<Option<Budget>>) {
        self.budget = budget.into();
    }

    /// What limits what may be spent on the conversation, if anything does.
    pub fn budget(&self) -> Option<&Budget> {
        self.budget.as_ref()
    }

    /// The same conversation once more, to go another way from here: same id, messages and cost. It copies no message.
    ///
    /// What the fork adds comes back with [`merge`](Self::merge). It is a clone that knows what it was forked from, and has
    /// no [window](Self::set_window): what falls out of a fork could not come back. Stored and loaded, it is a fork no
    /// more.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new(["Bonjour", "Guten Tag"]));
    /// let mut session = Session::new();
    /// let (mut french, mut german) = (session.fork(), session.fork());
    /// let (to_french, to_german) = (zyn::transform("Into French"), zyn::transform("Into German"));
    /// tokio::try_join!(
    ///     to_french.fire(&llm, &mut french, "Good day"),
    ///     to_german.fire(&llm, &mut german, "Good day"),
    /// )?;
    /// session.merge([french, german])?;
    /// assert_eq!((session.at(1)?.text(), session.at(3)?.text()), ("Bonjour", "Guten Tag"));
    /// assert_eq!(session.usage(), llm.spend().usage);
    /// # Ok(()) }
    /// ```
    #[must_use = "what a fork adds comes back with `merge`"]
    pub fn fork(&self) -> Self {
        Self {
            window: None,
            fork_of: Some(Box::new(self.committed.clone())),
            ..self.clone()
        }
    }

    /// What it was forked from, and what it is now; a session that is no fork began with nothing.
    pub(crate) fn since_fork(&self) -> (Draft, Draft) {
        let base = self.fork_of.as_deref().cloned();
        (base.unwrap_or_default(), self.draft())
    }

    /// Begins a transaction on this conversation.
    ///
    /// It borrows the session, so no second one can stand beside it; [`Transaction::savepoint`] nests.
    /// Dropping it rolls back: after an early `?`, a panic or a cancelled future the session is as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Message, Session};
    ///
    /// let mut session = Session::new();
    /// let mut tx = session.begin();
    /// tx.append(Message::user("Where is my parcel?"));
    /// drop(tx);
    /// assert!(session.is_empty());
    /// ```
    pub fn begin(&mut self) -> Transaction<'_> {
        Transaction::on(&self.id, &mut self.committed)
    }

    /// A draft that starts where the conversation is.
    pub(crate) fn draft(&self) -> Draft {
        self.committed.clone()
    }

    /// Makes `draft` what the conversation holds.
    pub(crate) fn commit(&mut self, draft: Draft) {
        self.committed = draft;
    }
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.committed == other.committed
    }
}

impl Eq for Session {}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("messages", &self.messages())
            .field("usage", &self.usage())
            .finish()
    }
}

/// A name for the conversation called `id` that tells nothing of it, for whoever keeps conversations in a cache: the same
/// in every process. The hash is FNV-1a of 128 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>).
pub(crate) fn cache_key(id: &str) -> Arc<str> {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = id.bytes().fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    });
    hex(hash)
}

fn random_id<T: for<'a> From<&'a str>>() -> T {
    hex(fastrand::u128(..))
}

/// `number` in 32 hexadecimal digits.
pub(crate) fn hex<T: for<'a> From<&'a str>>(number: u128) -> T {
    let mut digits = [0; 32];
    let bytes = number.to_be_bytes();
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        let digit = |half: u8| {
            if half < 10 {
                b'0' + half
            } else {
                b'a' + half - 10
            }
        };
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
    }
    // digits are text
    std::str::from_utf8(&digits).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_has_a_name_in_caches_that_does_not_change_and_does_not_tell_its_id() {
        // the values of the reference implementation
        assert_eq!(&*cache_key(""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(&*cache_key("a"), "d228cb696f1a8caf78912b704e4a8964");
    }

    fn two_messages() -> Session {
        let mut session = Session::named("ticket-7");
        session.set_messages([Message::user("canary"), Message::assistant("a")]);
        session
    }

    #[test]
    fn a_new_session_has_a_random_id_of_32_hexadecimal_digits() {
        let (one, other) = (Session::new(), Session::new());
        assert_ne!(one.id(), other.id());
        assert_eq!(one.id().len(), 32);
        assert!(one.id().bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[test]
    fn a_clone_copies_no_message() {
        let session = two_messages();
        let clone = session.clone();
        assert!(session.messages().is_same(clone.messages()));
    }

    #[test]
    fn a_draft_copies_no_message_and_enters_by_commit_alone() {
        let mut session = two_messages();
        let mut draft = session.draft();
        assert!(session.messages().is_same(draft.history()));
        draft.append_turn(
            [Message::user("u"), Message::assistant("a")],
            Usage::new(3, 2),
        );
        assert_eq!(session, two_messages());
        session.commit(draft);
        assert_eq!((session.len(), session.usage()), (4, Usage::new(3, 2)));
    }

    #[test]
    fn sessions_are_equal_if_id_messages_and_usage_are() {
        assert_eq!(two_messages(), two_messages());
        assert_ne!(Session::named("a"), Session::named("b"));
        let mut edited = two_messages();
        edited.append(Message::user("u"));
        assert_ne!(edited, two_messages());
        let mut paid = two_messages();
        paid.committed.append_turn(
            [Message::user("u"), Message::assistant("a")],
            Usage::new(1, 1),
        );
        paid.prune(2);
        assert_eq!(paid.messages(), two_messages().messages());
        assert_ne!(paid, two_messages());
    }

    #[test]
    fn the_id_outlives_every_edit() {
        let mut session = two_messages();
        session.clear();
        session.set_messages([Message::user("u")]);
        assert_eq!(session.id(), "ticket-7");
    }

    #[test]
    fn debug_shows_roles_and_sizes_and_no_text() {
        let shown = format!("{:?}", two_messages());
        assert!(shown.starts_with(
            r#"Session { id: "ticket-7", messages: [Message { role: User, bytes: 6 }, Message { role: Assistant, bytes: 1 }]"#
        ));
        let mut session = two_messages();
        assert!(!format!("{:?}", session.begin()).contains("canary"));
    }
}
