//! Sessions in a file.

mod connection;
mod queries;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::{Commit, Committed, Page, Query, SessionStore, StoreError, check_session_id};
use crate::clock;
use crate::provider::BoxFuture;
use crate::session::Branch;
use connection::Failure;

/// Keeps sessions in an SQLite file. A clone is a handle on the same file. Feature `sqlite`.
///
/// Several processes of one machine may open the file; it must not lie on a network drive. A commit that was
/// acknowledged survives the death of the process and of the machine (write-ahead log, `synchronous=FULL`). The calls of
/// one store run one after another, apart from the async threads. SQLite is compiled in.
///
/// The tables are plain. This prints a conversation:
///
/// ```sh
/// sqlite3 sessions.db "SELECT role, message FROM zyn_messages WHERE session_id = 'ticket-7' AND died IS NULL ORDER BY seq"
/// ```
///
/// Each row is there from the version `born` to before the version `died`; `zyn_sessions` has the version of each
/// session and `zyn_commits` what each commit has cost.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zyn::Error> {
/// use zyn::Message;
/// use zyn::store::{SessionStore, SqliteStore};
///
/// # let folder = std::env::temp_dir().join(zyn::Session::new().id());
/// # std::fs::create_dir(&folder).unwrap();
/// # let path = folder.join("sessions.db");
/// let store = SqliteStore::open(&path).await?;
/// let mut branch = store.load("ticket-7", None).await?;
/// branch.session.append(Message::user("Where is my parcel?"));
/// branch.commit_to(&store).await?;
///
/// let reopened = SqliteStore::open(&path).await?;
/// assert_eq!(reopened.load("ticket-7", None).await?.session, branch.session);
/// # drop((store, reopened));
/// # std::fs::remove_dir_all(folder).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    patience: Duration,
}

/// The calls before it took too long.
#[derive(Debug, thiserror::Error)]
#[error("other calls of this store are still waiting for the file")]
struct NoTurn;

impl SqliteStore {
    /// Opens the file at `path`, and makes it and its tables if they are missing. Its folder must exist.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] if the file cannot be opened, or cannot have a write-ahead log, as `:memory:` cannot;
    /// [`StoreError::Newer`] if a newer zyn made its tables; [`StoreError::Busy`] if other processes keep it locked.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let path = path.as_ref().to_owned();
        let opened = {
            let path = path.clone();
            let deadline = clock::after(PATIENCE);
            spawn_blocking(move || connection::open(&path, deadline)).await
        };
        Ok(Self {
            path,
            connection: Arc::new(Mutex::new(opened.map_err(StoreError::backend)??)),
            patience: PATIENCE,
        })
    }

    /// How long a call waits while others write, in this process and in others, before it is [`StoreError::Busy`].
    /// 10 seconds by default; at most an hour.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit.min(Duration::from_secs(3600));
        self
    }

    /// Runs `work` in a transaction, again if the file is busy. An error rolls back.
    ///
    /// A future that is dropped does not stop `work`: it ends, or it is rolled back, by itself.
    async fn run<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = clock::after(self.patience);
        let turn = tokio::time::timeout_at(deadline, self.connection.clone().lock_owned()).await;
        let mut connection = turn.map_err(|_| StoreError::busy(NoTurn))?;
        let done = spawn_blocking(move || {
            connection::patiently(&mut connection, deadline, |connection| {
                let tx = connection.transaction_with_behavior(behavior)?;
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            })
        });
        done.await.map_err(StoreError::backend)?
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(TransactionBehavior::Immediate, work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(TransactionBehavior::Deferred, work).await
    }
}

impl SessionStore for SqliteStore {
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>> {
        Box::pin(async move {
            check_session_id(id)?;
            let id = id.to_owned();
            self.read(move |tx| queries::load(tx, &id, at)).await
        })
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(async move {
            commit.check_ids()?;
            let commit = commit.clone();
            self.write(move |tx| queries::commit(tx, &commit)).await
        })
    }

    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>> {
        let query = query.clone();
        Box::pin(self.read(move |tx| Ok(queries::list(tx, &query)?)))
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            check_session_id(id)?;
            let id = id.to_owned();
            self.write(move |tx| Ok(queries::delete(tx, &id)?)).await
        })
    }

    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let (mut dropped, mut after) = (0, None);
            loop {
                let batch =
                    self.write(move |tx| Ok(queries::expire(tx, before, after.as_deref())?));
                let (count, last) = batch.await?;
                dropped += count;
                let Some(last) = last else { return Ok(dropped) };
                after = Some(last);
            }
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("patience", &self.patience)
            .finish()
    }
}
