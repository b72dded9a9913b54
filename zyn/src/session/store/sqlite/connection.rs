//! Opening the file, and waiting for other processes.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior};
use tokio::time::Instant;

use super::StoreError;
use crate::clock;
use crate::session::store::row;

/// What ends a transaction: SQLite, or the store's own refusal.
pub(super) enum Failure {
    Sql(rusqlite::Error),
    Refused(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Sql(error) if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        )
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let busy = failure.is_busy();
        match failure {
            Failure::Sql(error) if busy => Self::busy(error),
            Failure::Sql(error) => Self::backend(error),
            Failure::Refused(error) => error,
        }
    }
}

/// The file has no write-ahead log, so that other processes could not read while one writes.
#[derive(Debug, thiserror::Error)]
#[error(
    "SQLite cannot keep a write-ahead log for this file (its journal mode is `{mode}`); use a file on a local disk"
)]
struct NoWal {
    mode: String,
}

/// Runs `work` until it is not busy, or the `deadline` is there.
///
/// SQLite waits by itself, but not always: to switch to the write-ahead log, or in its last try before another process
/// finishes, it may say at once that the file is busy. And its waiting is not fair: who begins anew polls more often.
pub(super) fn patiently<T>(
    connection: &mut Connection,
    deadline: Instant,
    mut work: impl FnMut(&mut Connection) -> Result<T, Failure>,
) -> Result<T, StoreError> {
    const TRIES: u32 = 10;
    let mut tries = (1..=TRIES).rev();
    loop {
        let left = deadline.saturating_duration_since(clock::now());
        let more = tries.next().unwrap_or(1);
        connection
            .busy_timeout(left / more)
            .map_err(Failure::from)?;
        match work(connection) {
            Err(failure) if failure.is_busy() && more > 1 && !left.is_zero() => {
                let pause = Duration::from_millis(fastrand::u64(1..=20));
                thread::sleep(pause.min(left));
            }
            outcome => return Ok(outcome?),
        }
    }
}

pub(super) fn open(path: &Path, deadline: Instant) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(Failure::from)?;
    patiently(&mut connection, deadline, |connection| {
        let mode: String =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::backend(NoWal { mode }).into());
        }
        // the second is how macOS says it
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;")?;
        Ok(())
    })?;
    patiently(&mut connection, deadline, make_tables)?;
    Ok(connection)
}

/// Makes the tables, once, however many processes open the file at the same time.
fn make_tables(connection: &mut Connection) -> Result<(), Failure> {
    if let Some(found) = tables(connection)? {
        return Ok(row::check_tables(found)?);
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match tables(&tx)? {
        Some(found) => row::check_tables(found)?,
        None => tx.execute_batch(include_str!("tables.sql"))?,
    }
    Ok(tx.commit()?)
}

/// The version of the tables that there are.
fn tables(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    const ANY: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'zyn_schema')";
    if !connection.query_row(ANY, [], |row| row.get(0))? {
        return Ok(None);
    }
    const VERSION: &str = "SELECT version FROM zyn_schema WHERE part = 'sessions'";
    connection
        .query_row(VERSION, [], |row| row.get(0))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledged_commit_is_on_the_disk_and_readers_do_not_wait() {
        let name = format!("zyn-{:032x}.db", fastrand::u128(..));
        let path = std::env::temp_dir().join(name);
        let connection = open(&path, clock::after(Duration::from_secs(1))).unwrap();
        let pragma = |name: &str| -> String {
            let ask = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
            connection.query_row(&ask, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal");
        const FULL: &str = "2";
        assert_eq!(pragma("synchronous"), FULL);
        drop(connection);
        std::fs::remove_file(path).unwrap();
    }
}
