mod cell;
mod queue;
#[cfg(test)]
mod schedules;

use std::fmt;
use std::sync::Arc;

pub(crate) use queue::take_wait;

use self::cell::Cell;
use self::queue::{Queue, Reentrant};
use super::{Branch, Conflict, Session};
use crate::error::{Error, ErrorKind};

/// One conversation that several tasks use at once: a handle, and so is its clone.
///
/// - [`snapshot`](Self::snapshot) reads it and waits for nobody.
/// - [`transaction`](Self::transaction) changes it; those of one conversation go one after another.
/// - [`branch`](Self::branch) and [`commit`](Self::commit) change it without a queue, and the first to commit wins.
///
/// [`Session`] has what each promises. A clone of a `Session` goes its own way; a clone of this does not.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Session, SharedSession};
///
/// let llm = Llm::new(Scripted::new(["Hello, Ada", "Hello, Grace"]));
/// let shared = SharedSession::new(Session::new());
/// let greet = async |name: &str| {
///     let greet = zyn::transform("Greet");
///     shared.transaction(async |session| greet.fire(&llm, session, name).await).await
/// };
/// let (ada, grace) = tokio::join!(greet("Ada"), greet("Grace"));
/// assert_eq!([ada?, grace?], ["Hello, Ada", "Hello, Grace"]);
/// assert_eq!((shared.snapshot().len(), shared.version()), (4, 2));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SharedSession {
    cell: Arc<Cell>,
    queue: Queue,
}

impl SharedSession {
    /// Shares `session` from here on. It is at version 0.
    pub fn new(session: Session) -> Self {
        Self {
            cell: Arc::new(Cell::new(session)),
            queue: Queue::default(),
        }
    }

    /// The conversation as it is now. It waits for nobody: what a transaction has not committed is not in it.
    pub fn snapshot(&self) -> Session {
        self.cell.load().0
    }

    /// How many commits there were. An edit is one too.
    pub fn version(&self) -> u64 {
        self.cell.version()
    }

    /// Waits until it is first in line, runs `work` on the conversation, and commits what `work` leaves if that is
    /// `Ok`.
    ///
    /// After an error, a panic, or if the future is dropped, in the line or in `work`, the conversation is as it was,
    /// and the next in line follows. The line is fair: first come, first served. While `work` runs others can read, and
    /// what they read is the state before it. The time in the line counts against the limit of the first request that
    /// `work` makes: if nothing is left of it, that is [`ErrorKind::Deadline`] and nothing is sent.
    ///
    /// The line itself has no limit: put `tokio::time::timeout` around this to leave it early.
    ///
    /// The future is `Send` if what `work` uses is, so a handler of a server can be one. Transactions on two
    /// conversations that nest in both orders wait for each other, like any two locks.
    ///
    /// # Errors
    ///
    /// Those of `work`; and, as an [`Error`], [`ErrorKind::Reentrant`] if `work` itself asks for a transaction on this
    /// conversation, which would wait for itself (one in a task that `work` spawns is not noticed), and
    /// [`ErrorKind::Overtaken`] if a branch was [committed](Self::commit) while `work` ran: nothing is committed then, and
    /// the error holds the answers that were paid for.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Error, Failure, Llm, Message, Session, SharedSession};
    ///
    /// let llm = Llm::new(Scripted::new(["Bonjour"]).then(Failure::Auth));
    /// let shared = SharedSession::new(Session::new());
    /// let there_and_back = shared.transaction(async |session| {
    ///     let french = zyn::transform("Translate into French").fire(&llm, session, "Hello").await?;
    ///     zyn::transform("Translate into English").fire(&llm, session, &french).await
    /// });
    /// assert!(there_and_back.await.is_err());
    /// assert!(shared.snapshot().is_empty()); // not even the first
    ///
    /// // an edit is a commit too
    /// let edit = shared.transaction(async |session| {
    ///     session.append(Message::system("Be brief."));
    ///     Ok::<_, Error>(())
    /// });
    /// edit.await?;
    /// assert_eq!(shared.version(), 1);
    /// # Ok(()) }
    /// ```
    pub async fn transaction<R, E, F>(&self, work: F) -> Result<R, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut Session) -> Result<R, E>,
    {
        let mut place = self.queue.place().await.map_err(Error::from)?;
        let mut branch = self.branch();
        let value = place.hold(work(&mut branch.session)).await?;
        match self.commit(&mut branch) {
            Ok(_) => Ok(value),
            Err(conflict) => Err(Error::from(ErrorKind::Overtaken {
                conflict,
                branch: Box::new(branch),
            })
            .into()),
        }
    }

    /// Leaves from the conversation as it is now, to come back with [`commit`](Self::commit). It waits for nobody.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session, SharedSession};
    ///
    /// let llm = Llm::new(Scripted::new(["Hello, Ada", "Hello, Grace"]));
    /// let shared = SharedSession::new(Session::new());
    /// let (mut one, mut other) = (shared.branch(), shared.branch());
    /// zyn::transform("Greet").fire(&llm, &mut one.session, "Ada").await?;
    /// zyn::transform("Greet").fire(&llm, &mut other.session, "Grace").await?;
    ///
    /// assert_eq!(shared.commit(&mut one)?, 1);
    /// let conflict = shared.commit(&mut other).unwrap_err();
    /// assert_eq!((conflict.expected, conflict.found), (0, 1));
    /// assert_eq!(other.session.at(1)?.text(), "Hello, Grace"); // paid, and not lost
    /// # Ok(()) }
    /// ```
    pub fn branch(&self) -> Branch {
        let (session, version) = self.cell.load();
        Branch::new(session, version)
    }

    /// Makes what `branch` holds the conversation, if it is still as `branch` left it, and gives the new version. The
    /// branch goes on from there. The conversation keeps its id, whatever session `branch` holds.
    ///
    /// It does not stand in the line of [`transaction`](Self::transaction): one that runs now will find that it was
    /// overtaken. `branch` is one of this conversation's; versions of another mean nothing here.
    ///
    /// # Errors
    ///
    /// [`Conflict`] if another commit came first. Nothing is written, and the branch keeps its answers: look at them,
    /// fire anew on a new [`branch`](Self::branch), or drop them.
    pub fn commit(&self, branch: &mut Branch) -> Result<u64, Conflict> {
        branch.own();
        let version = self
            .cell
            .replace(branch.version(), branch.session.clone())?;
        *branch = Branch::new(branch.session.clone(), version);
        Ok(version)
    }
}

impl From<Reentrant> for Error {
    fn from(_: Reentrant) -> Self {
        ErrorKind::Reentrant.into()
    }
}

impl fmt::Debug for SharedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (session, version) = self.cell.load();
        f.debug_struct("SharedSession")
            .field("session", &session)
            .field("version", &version)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Message;

    #[test]
    fn the_conversation_keeps_its_id_whatever_session_is_committed() {
        let shared = SharedSession::new(Session::named("a"));
        let mut branch = shared.branch();
        branch.session = Session::named("b");
        branch.session.append(Message::user("hello"));
        shared.commit(&mut branch).unwrap();
        let snapshot = shared.snapshot();
        assert_eq!((snapshot.id(), snapshot.len()), ("a", 1));
        assert_eq!(branch.session, snapshot);
    }
}
