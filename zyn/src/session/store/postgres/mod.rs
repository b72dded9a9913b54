//! Sessions in PostgreSQL.

mod failure;
mod queries;
mod tables;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::{Commit, Committed, Page, Query, SessionStore, StoreError, check_session_id};
use crate::clock;
use crate::provider::BoxFuture;
use crate::session::Branch;
use failure::{Failure, Kind, LostRace};

/// Keeps sessions in PostgreSQL, for programs on several machines. Feature `postgres`.
///
/// A clone is a handle on the same pool of connections. The clock is the server's. A commit that was acknowledged is on
/// the server's disk, unless its `synchronous_commit` is off. After a lost connection a commit is
/// [`StoreError::Unavailable`]: to call [`Branch::commit_to`] again is safe.
///
/// No error and no `Debug` shows the password; what the server says of itself may name the role and the database. sqlx asks for Rust 1.94. TLS to the server is a feature of
/// sqlx: an application that needs it depends on `sqlx` itself, with `tls-rustls` or another.
///
/// The tables are plain, in the first schema of the connection's `search_path`. This prints a conversation:
///
/// ```sh
/// psql -c "SELECT role, message FROM zyn_messages WHERE session_id = 'ticket-7' AND died IS NULL ORDER BY seq"
/// ```
///
/// # Examples
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zyn::Error> {
/// use zyn::Message;
/// use zyn::store::{PostgresStore, SessionStore};
///
/// let store = PostgresStore::connect("postgres://zyn@localhost/zyn").await?;
/// let mut branch = store.load("ticket-7", None).await?;
/// branch.session.append(Message::user("Where is my parcel?"));
/// branch.commit_to(&store).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    pool: PgPool,
    /// One connection fewer than the pool has, so that calls that wait for a lock leave one to read with.
    writers: Arc<Semaphore>,
    patience: Duration,
}

/// More writers had to wait for a connection than got one.
#[derive(Debug, thiserror::Error)]
#[error("all connections that may write are in use")]
struct NoTurn;

impl PostgresStore {
    /// A store on connections of the application's own making. Makes the tables if they are missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the server cannot be reached; [`StoreError::Newer`] if a newer zyn made the tables;
    /// [`StoreError::Backend`] if they cannot be made.
    pub async fn new(pool: PgPool) -> Result<Self, StoreError> {
        let connections = pool.options().get_max_connections();
        let writers = usize::try_from(connections).unwrap_or(1);
        let store = Self {
            writers: Arc::new(Semaphore::new(writers.saturating_sub(1).max(1))),
            patience: Duration::from_secs(10),
            pool,
        };
        store
            .write(&(), |tx, ()| Box::pin(tables::make(tx)))
            .await?;
        Ok(store)
    }

    /// A store on up to ten connections to the server at `url`, for each of which a call waits 10 seconds at most. Makes
    /// the tables if they are missing.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let options = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(10));
        let pool = options.connect(url).await;
        Self::new(pool.map_err(Failure::from)?).await
    }

    /// How long a call waits for other writers, before it is [`StoreError::Busy`]. 10 seconds by default; from 1 ms to an
    /// hour. For a free connection, and for the server, a call waits as long as the pool says.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit.clamp(Duration::from_millis(1), Duration::from_secs(3600));
        self
    }

    /// Runs `work` on `data` in a transaction, again if it lost against another one, while patience lasts. An error rolls
    /// back.
    async fn write<D: ?Sized + Sync, T>(
        &self,
        data: &D,
        work: Work<D, T>,
    ) -> Result<T, StoreError> {
        let deadline = clock::after(self.patience);
        let turn = tokio::time::timeout_at(deadline, self.writers.acquire()).await;
        let _turn = turn.map_err(|_| StoreError::busy(NoTurn))?;
        loop {
            match self.attempt(data, work, deadline).await {
                Err(failure) if failure.kind() == Kind::LostRace && clock::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=20))).await;
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    async fn attempt<D: ?Sized + Sync, T>(
        &self,
        data: &D,
        work: Work<D, T>,
        deadline: Instant,
    ) -> Result<T, Failure> {
        let left = deadline.saturating_duration_since(clock::now());
        let (left, all) = (left.as_millis().max(1), self.patience.as_millis());
        // a statement must see what others committed while it waited for the session's lock; and who holds one and says
        // nothing more, because its machine is gone, lets it go
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED;
             SET LOCAL lock_timeout = {left};
             SET LOCAL idle_in_transaction_session_timeout = {}",
            all.max(1000)
        );
        // it holds numbers of ours alone
        let mut tx = self.pool.begin_with(AssertSqlSafe(begin)).await?;
        match work(&mut tx, data).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(failure) => {
                // if this fails the connection is gone, and the server rolls back by itself
                let _ = tx.rollback().await;
                Err(failure)
            }
        }
    }
}

/// What is done in a transaction: a function and its data apart, so that the one can be repeated on the other.
type Work<D, T> =
    for<'t> fn(&'t mut Transaction<'static, Postgres>, &'t D) -> BoxFuture<'t, Result<T, Failure>>;

impl SessionStore for PostgresStore {
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>> {
        Box::pin(async move {
            check_session_id(id)?;
            Ok(queries::load(&self.pool, id, at).await?)
        })
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(async move {
            commit.check_ids()?;
            self.write(commit, |tx, commit| Box::pin(queries::commit(tx, commit)))
                .await
        })
    }

    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>> {
        Box::pin(async move { Ok(queries::list(&self.pool, query).await?) })
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            check_session_id(id)?;
            self.write(id, |tx, id| Box::pin(queries::delete(tx, id)))
                .await
        })
    }

    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let (mut dropped, mut after) = (0, None);
            loop {
                let batch = queries::idle(&self.pool, before, after.as_deref()).await?;
                let Some(last) = batch.last().cloned() else {
                    return Ok(dropped);
                };
                let work = (before, batch);
                let count = self.write(&work, |tx, (before, batch)| {
                    Box::pin(queries::expire(tx, *before, batch))
                });
                dropped += count.await?;
                after = Some(last);
            }
        })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("connections", &self.pool.size())
            .finish()
    }
}
