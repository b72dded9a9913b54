//! Making the tables.

use sqlx::{Postgres, Transaction};

use super::Failure;
use crate::session::store::row;

/// Makes the tables, once, however many connections ask for it at the same time.
///
/// `CREATE TABLE IF NOT EXISTS` alone fails when two do it at once. The lock goes with the transaction and not before
/// it, or the next one would look while the tables are not committed.
pub(super) async fn make(tx: &mut Transaction<'static, Postgres>) -> Result<(), Failure> {
    const LOCK: i64 = i64::from_be_bytes(*b"zyntable");
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut **tx)
        .await?;
    // asked first, because a role that may use the tables need not be allowed to make any
    let any: bool = sqlx::query_scalar("SELECT to_regclass('zyn_schema') IS NOT NULL")
        .fetch_one(&mut **tx)
        .await?;
    let found: Option<i64> = if any {
        sqlx::query_scalar("SELECT version FROM zyn_schema WHERE part = 'sessions'")
            .fetch_optional(&mut **tx)
            .await?
    } else {
        None
    };
    if let Some(found) = found {
        return Ok(row::check_tables(found)?);
    }
    sqlx::raw_sql(include_str!("tables.sql"))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
