//! What the store's calls do.

use std::time::{Duration, SystemTime};

use sqlx::{PgPool, Postgres, Row, Transaction};

use super::{Failure, LostRace};
use crate::session::store::row::{self, Found, signed, unsigned};
use crate::session::store::{Commit, Committed, Page, Query, SessionInfo};
use crate::session::{Branch, Conflict};

/// One statement, because one statement sees one moment.
pub(super) async fn load(pool: &PgPool, id: &str, at: Option<u64>) -> Result<Branch, Failure> {
    // apart, because only the first finds its messages by the index of the head
    let rows = sqlx::query(match at {
        None => {
            "SELECT s.version, s.oldest, c.usage::text, c.last_usage::text, m.message::text
               FROM zyn_sessions s
               LEFT JOIN zyn_commits c ON c.session_id = s.id AND c.version = s.version
               LEFT JOIN zyn_messages m ON m.session_id = s.id AND m.died IS NULL
              WHERE s.id = $1 AND $2::bigint IS NULL
              ORDER BY m.seq"
        }
        Some(_) => {
            "SELECT s.version, s.oldest, c.usage::text, c.last_usage::text, m.message::text
               FROM zyn_sessions s
               LEFT JOIN zyn_commits c ON c.session_id = s.id AND c.version = $2
               LEFT JOIN zyn_messages m ON m.session_id = s.id
                     AND m.born <= $2 AND (m.died IS NULL OR m.died > $2)
              WHERE s.id = $1
              ORDER BY m.seq"
        }
    })
    .bind(id)
    .bind(at.map(signed))
    .fetch_all(pool)
    .await?;
    let mut found: Option<Found> = None;
    for row in rows {
        let found = match &mut found {
            Some(found) => found,
            none => none.insert(Found {
                newest: row.try_get(0)?,
                oldest: row.try_get(1)?,
                usage: row.try_get(2)?,
                last_usage: row.try_get(3)?,
                messages: Vec::new(),
            }),
        };
        found.messages.extend(row.try_get::<Option<String>, _>(4)?);
    }
    Ok(Found::branch(found, id, at)?)
}

pub(super) async fn commit(
    tx: &mut Transaction<'static, Postgres>,
    commit: &Commit,
) -> Result<Committed, Failure> {
    let Commit {
        session,
        id,
        expected,
        change,
    } = commit;
    let expected = *expected;
    // either way others wait from here on, so what the next statement sees stays true; a first commit makes the row and
    // locks it at once, or `expire` could take it away in between
    let head: Option<i64> = sqlx::query_scalar(match expected {
        0 => {
            "INSERT INTO zyn_sessions (id, version, oldest, updated_at, deleted)
             VALUES ($1, 0, 0, clock_timestamp(), false)
                 ON CONFLICT (id) DO UPDATE SET version = zyn_sessions.version
             RETURNING version"
        }
        _ => "SELECT version FROM zyn_sessions WHERE id = $1 FOR UPDATE",
    })
    .bind(session)
    .fetch_optional(&mut **tx)
    .await?;
    let seen: Option<i64> = sqlx::query_scalar(
        "SELECT version FROM zyn_commits WHERE session_id = $1 AND commit_id = $2",
    )
    .bind(session)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(version) = seen.map(unsigned) {
        return Ok(Committed::Already { version });
    }
    let found = head.map_or(0, unsigned);
    if expected != found {
        let conflict = Conflict { expected, found };
        return Err(Failure::Refused(conflict.into()));
    }

    let len: i64 = sqlx::query_scalar(
        "SELECT coalesce(max(seq) + 1, 0) FROM zyn_messages WHERE session_id = $1 AND died IS NULL",
    )
    .bind(session)
    .fetch_one(&mut **tx)
    .await?;
    row::check_fit(change, len)?;

    let version = signed(found.saturating_add(1));
    splice(tx, commit, version).await?;
    let moved = sqlx::query(
        "UPDATE zyn_sessions SET version = $2, updated_at = clock_timestamp(), deleted = false
          WHERE id = $1",
    )
    .bind(session)
    .bind(version)
    .execute(&mut **tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(Failure::LostRace(LostRace));
    }
    // the time is asked for once, or `expire` would take a commit for older than its session
    sqlx::query(
        "INSERT INTO zyn_commits (session_id, version, commit_id, usage, last_usage, at)
         SELECT id, version, $2, $3::json, $4::json, updated_at FROM zyn_sessions WHERE id = $1",
    )
    .bind(session)
    .bind(id)
    .bind(row::json(&change.bill)?)
    .bind(change.last_usage.as_ref().map(row::json).transpose()?)
    .execute(&mut **tx)
    .await?;
    let version = unsigned(version);
    Ok(Committed::New { version })
}

async fn splice(
    tx: &mut Transaction<'static, Postgres>,
    commit: &Commit,
    version: i64,
) -> Result<(), Failure> {
    let splice = row::Splice::new(&commit.change);
    sqlx::query(
        "UPDATE zyn_messages SET died = $2
          WHERE session_id = $1 AND died IS NULL AND seq >= $3 AND seq < $4",
    )
    .bind(&commit.session)
    .bind(version)
    .bind(splice.at)
    .bind(splice.end)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "INSERT INTO zyn_messages (session_id, seq, born, died, role, message)
         SELECT session_id, seq + $4, $2, NULL, role, message FROM zyn_messages
          WHERE session_id = $1 AND died = $2 AND seq >= $3",
    )
    .bind(&commit.session)
    .bind(version)
    .bind(splice.kept_from)
    .bind(splice.shift)
    .execute(&mut **tx)
    .await?;
    let inserted = &commit.change.inserted;
    let roles: Vec<_> = inserted
        .iter()
        .map(|message| message.role().name())
        .collect();
    let messages: Vec<_> = inserted.iter().map(row::json).collect::<Result<_, _>>()?;
    sqlx::query(
        "INSERT INTO zyn_messages (session_id, seq, born, role, message)
         SELECT $1, $3 + place - 1, $2, role, message::json
           FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS new (role, message, place)",
    )
    .bind(&commit.session)
    .bind(version)
    .bind(splice.at)
    .bind(roles)
    .bind(messages)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn list(pool: &PgPool, query: &Query) -> Result<Page, Failure> {
    let rows = sqlx::query(
        "SELECT id, version, (extract(epoch FROM updated_at) * 1000000)::bigint
           FROM zyn_sessions
          WHERE NOT deleted AND id >= $1 AND starts_with(id, $1)
            AND ($2::text IS NULL OR id > $2)
            AND ($3::bigint IS NULL OR updated_at < 'epoch'::timestamptz + $3 * interval '1 microsecond')
          ORDER BY id LIMIT $4",
    )
    .bind(&query.prefix)
    .bind(&query.after)
    .bind(query.idle_since.map(microseconds))
    .bind(i64::from(query.limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut infos = Vec::new();
    for row in rows {
        let updated_at = Duration::from_micros(unsigned(row.try_get(2)?));
        infos.push(SessionInfo {
            id: row.try_get(0)?,
            version: unsigned(row.try_get(1)?),
            updated_at: SystemTime::UNIX_EPOCH + updated_at,
        });
    }
    Ok(Page::cut(infos, query.limit))
}

pub(super) async fn delete(
    tx: &mut Transaction<'static, Postgres>,
    id: &str,
) -> Result<bool, Failure> {
    let found = sqlx::query(
        "UPDATE zyn_sessions
            SET version = version + 1, oldest = version + 1, deleted = true,
                updated_at = clock_timestamp()
          WHERE id = $1 AND NOT deleted",
    )
    .bind(id)
    .execute(&mut **tx)
    .await?;
    if found.rows_affected() == 0 {
        return Ok(false);
    }
    for statement in [
        "DELETE FROM zyn_messages WHERE session_id = $1",
        "INSERT INTO zyn_commits (session_id, version, at)
         SELECT id, version, updated_at FROM zyn_sessions WHERE id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut **tx).await?;
    }
    Ok(true)
}

/// The next sessions after the id `after` that have something to expire.
pub(super) async fn idle(
    pool: &PgPool,
    before: SystemTime,
    after: Option<&str>,
) -> Result<Vec<String>, Failure> {
    // a session that stays has history to lose if the version after its oldest was the head by then
    let ids = sqlx::query_scalar(
        "SELECT id FROM zyn_sessions s, (SELECT 'epoch'::timestamptz + $1 * interval '1 microsecond' AS time) before
          WHERE ($2::text IS NULL OR id > $2)
            AND (updated_at < before.time OR EXISTS (SELECT 1 FROM zyn_commits c
                  WHERE c.session_id = s.id AND c.version = s.oldest + 1 AND c.at < before.time))
          ORDER BY id LIMIT $3",
    )
    .bind(microseconds(before))
    .bind(after)
    .bind(row::BATCH)
    .fetch_all(pool)
    .await?;
    Ok(ids)
}

pub(super) async fn expire(
    tx: &mut Transaction<'static, Postgres>,
    before: SystemTime,
    ids: &[String],
) -> Result<u64, Failure> {
    let before = microseconds(before);
    // waits for commits that are under way, in one order for all who do this; the rest sees what they made
    sqlx::query("SELECT 1 FROM zyn_sessions WHERE id = ANY($1) ORDER BY id FOR UPDATE")
        .bind(ids)
        .execute(&mut **tx)
        .await?;
    let dropped: Vec<String> = sqlx::query_scalar(
        "DELETE FROM zyn_sessions
          WHERE id = ANY($2) AND updated_at < 'epoch'::timestamptz + $1 * interval '1 microsecond'
          RETURNING id",
    )
    .bind(before)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    let shortened: Vec<String> = sqlx::query_scalar(
        "UPDATE zyn_sessions s SET oldest = old.version
           FROM (SELECT session_id, max(version) AS version FROM zyn_commits
                  WHERE session_id = ANY($2)
                    AND at < 'epoch'::timestamptz + $1 * interval '1 microsecond'
                  GROUP BY session_id) old
          WHERE s.id = old.session_id AND s.oldest < old.version
          RETURNING s.id",
    )
    .bind(before)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    for (statement, ids) in [
        (
            "DELETE FROM zyn_messages WHERE session_id = ANY($1)",
            &dropped,
        ),
        (
            "DELETE FROM zyn_commits WHERE session_id = ANY($1)",
            &dropped,
        ),
        (
            "DELETE FROM zyn_messages m USING zyn_sessions s
              WHERE s.id = ANY($1) AND m.session_id = s.id AND m.died <= s.oldest",
            &shortened,
        ),
        (
            "DELETE FROM zyn_commits c USING zyn_sessions s
              WHERE s.id = ANY($1) AND c.session_id = s.id AND c.version < s.oldest",
            &shortened,
        ),
    ] {
        sqlx::query(statement).bind(ids).execute(&mut **tx).await?;
    }
    Ok(dropped.len() as u64)
}

/// Since 1970, in the years that an interval of microseconds can reach.
fn microseconds(instant: SystemTime) -> i64 {
    const YEAR_9999: i64 = 253_370_764_800_000_000;
    let since = instant.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.map_or(0, |since| since.as_micros());
    i64::try_from(since).unwrap_or(YEAR_9999).min(YEAR_9999)
}
