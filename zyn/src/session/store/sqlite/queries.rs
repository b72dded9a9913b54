//! What the store's calls do, each within one transaction.

use std::time::{Duration, SystemTime};

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::connection::Failure;
use crate::session::store::row::{self, Found, signed, unsigned};
use crate::session::store::{Commit, Committed, Page, Query, SessionInfo};
use crate::session::{Branch, Conflict};

pub(super) fn load(tx: &Transaction<'_>, id: &str, at: Option<u64>) -> Result<Branch, Failure> {
    // apart, because only the first finds its messages by the index of the head
    let mut query = tx.prepare(match at {
        None => {
            "SELECT s.version, s.oldest, c.usage, c.last_usage, m.message
               FROM zyn_sessions s
               LEFT JOIN zyn_commits c ON c.session_id = s.id AND c.version = s.version
               LEFT JOIN zyn_messages m ON m.session_id = s.id AND m.died IS NULL
              WHERE s.id = ?1 AND ?2 IS NULL
              ORDER BY m.seq"
        }
        Some(_) => {
            "SELECT s.version, s.oldest, c.usage, c.last_usage, m.message
               FROM zyn_sessions s
               LEFT JOIN zyn_commits c ON c.session_id = s.id AND c.version = ?2
               LEFT JOIN zyn_messages m ON m.session_id = s.id
                     AND m.born <= ?2 AND (m.died IS NULL OR m.died > ?2)
              WHERE s.id = ?1
              ORDER BY m.seq"
        }
    })?;
    let mut rows = query.query(params![id, at.map(signed)])?;
    let mut found: Option<Found> = None;
    while let Some(row) = rows.next()? {
        let found = match &mut found {
            Some(found) => found,
            none => none.insert(Found {
                newest: row.get(0)?,
                oldest: row.get(1)?,
                usage: row.get(2)?,
                last_usage: row.get(3)?,
                messages: Vec::new(),
            }),
        };
        found.messages.extend(row.get::<_, Option<String>>(4)?);
    }
    Ok(Found::branch(found, id, at)?)
}

pub(super) fn commit(tx: &Transaction<'_>, commit: &Commit) -> Result<Committed, Failure> {
    let Commit {
        session,
        id,
        expected,
        change,
    } = commit;
    let seen = tx
        .query_row(
            "SELECT version FROM zyn_commits WHERE session_id = ?1 AND commit_id = ?2",
            params![session, id],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(version) = seen.map(unsigned) {
        return Ok(Committed::Already { version });
    }
    let head = tx
        .query_row(
            "SELECT version FROM zyn_sessions WHERE id = ?1",
            params![session],
            |row| row.get(0),
        )
        .optional()?;
    let (expected, found) = (*expected, head.map_or(0, unsigned));
    if expected != found {
        let conflict = Conflict { expected, found };
        return Err(Failure::Refused(conflict.into()));
    }

    let len = tx.query_row(
        "SELECT coalesce(max(seq) + 1, 0) FROM zyn_messages WHERE session_id = ?1 AND died IS NULL",
        params![session],
        |row| row.get(0),
    )?;
    row::check_fit(change, len)?;

    let version = signed(found.saturating_add(1));
    let splice = row::Splice::new(change);
    tx.execute(
        "UPDATE zyn_messages SET died = ?2
          WHERE session_id = ?1 AND died IS NULL AND seq >= ?3 AND seq < ?4",
        params![session, version, splice.at, splice.end],
    )?;
    tx.execute(
        "INSERT INTO zyn_messages (session_id, seq, born, died, role, message)
         SELECT session_id, seq + ?4, ?2, NULL, role, message FROM zyn_messages
          WHERE session_id = ?1 AND died = ?2 AND seq >= ?3",
        params![session, version, splice.kept_from, splice.shift],
    )?;
    let mut insert = tx.prepare(
        "INSERT INTO zyn_messages (session_id, seq, born, role, message) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (seq, message) in (splice.at..).zip(&change.inserted) {
        let json = row::json(message)?;
        insert.execute(params![session, seq, version, message.role().name(), json])?;
    }
    tx.execute(
        "INSERT INTO zyn_sessions (id, version, oldest, updated_at, deleted)
         VALUES (?1, ?2, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 0)
             ON CONFLICT (id) DO UPDATE
            SET version = excluded.version, updated_at = excluded.updated_at, deleted = 0",
        params![session, version],
    )?;
    // the time is asked for once, or `expire` would take a commit for older than its session
    tx.execute(
        "INSERT INTO zyn_commits (session_id, version, commit_id, usage, last_usage, at)
         SELECT id, version, ?2, ?3, ?4, updated_at FROM zyn_sessions WHERE id = ?1",
        params![
            session,
            id,
            row::json(&change.bill)?,
            change.last_usage.as_ref().map(row::json).transpose()?,
        ],
    )?;
    let version = unsigned(version);
    Ok(Committed::New { version })
}

pub(super) fn list(tx: &Transaction<'_>, query: &Query) -> rusqlite::Result<Page> {
    let mut found = tx.prepare(
        "SELECT id, version, CAST(round((julianday(updated_at) - 2440587.5) * 86400000) AS INTEGER)
           FROM zyn_sessions
          WHERE deleted = 0 AND id >= ?1 AND substr(id, 1, length(?1)) = ?1
            AND (?2 IS NULL OR id > ?2)
            AND (?3 IS NULL OR updated_at < strftime('%Y-%m-%dT%H:%M:%fZ', ?3 / 1000.0, 'unixepoch'))
          ORDER BY id LIMIT ?4",
    )?;
    let limit = i64::from(query.limit) + 1;
    let idle_since = query.idle_since.map(milliseconds);
    let infos = found.query_map(params![query.prefix, query.after, idle_since, limit], info)?;
    Ok(Page::cut(infos.collect::<Result<_, _>>()?, query.limit))
}

fn info(row: &Row<'_>) -> rusqlite::Result<SessionInfo> {
    let updated_at = Duration::from_millis(unsigned(row.get(2)?));
    Ok(SessionInfo {
        id: row.get(0)?,
        version: unsigned(row.get(1)?),
        updated_at: SystemTime::UNIX_EPOCH + updated_at,
    })
}

pub(super) fn delete(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<bool> {
    let found = tx.execute(
        "UPDATE zyn_sessions
            SET version = version + 1, oldest = version + 1, deleted = 1,
                updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
          WHERE id = ?1 AND deleted = 0",
        params![id],
    )?;
    if found == 0 {
        return Ok(false);
    }
    tx.execute(
        "DELETE FROM zyn_messages WHERE session_id = ?1",
        params![id],
    )?;
    tx.execute(
        "INSERT INTO zyn_commits (session_id, version, at)
         SELECT id, version, updated_at FROM zyn_sessions WHERE id = ?1",
        params![id],
    )?;
    Ok(true)
}

/// Expires the next sessions after the id `after`, and says how many were dropped and where to go on.
pub(super) fn expire(
    tx: &Transaction<'_>,
    before: SystemTime,
    after: Option<&str>,
) -> rusqlite::Result<(u64, Option<String>)> {
    let before: String = tx.query_row(
        "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?1 / 1000.0, 'unixepoch')",
        params![milliseconds(before)],
        |row| row.get(0),
    )?;
    // a session that stays has history to lose if the version after its oldest was the head by then
    let mut found = tx.prepare(
        "SELECT id FROM zyn_sessions s
          WHERE (?2 IS NULL OR id > ?2)
            AND (updated_at < ?1 OR EXISTS (SELECT 1 FROM zyn_commits c
                  WHERE c.session_id = s.id AND c.version = s.oldest + 1 AND c.at < ?1))
          ORDER BY id LIMIT ?3",
    )?;
    let ids = found.query_map(params![before, after, row::BATCH], |row| row.get(0))?;
    let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    let mut dropped = 0;
    for id in &ids {
        let drop = "DELETE FROM zyn_sessions WHERE id = ?1 AND updated_at < ?2";
        if tx.execute(drop, params![id, before])? == 1 {
            dropped += 1;
            tx.execute(
                "DELETE FROM zyn_messages WHERE session_id = ?1",
                params![id],
            )?;
            tx.execute("DELETE FROM zyn_commits WHERE session_id = ?1", params![id])?;
            continue;
        }
        let oldest: i64 = tx.query_row(
            "UPDATE zyn_sessions SET oldest =
                (SELECT max(version) FROM zyn_commits WHERE session_id = ?1 AND at < ?2)
              WHERE id = ?1 RETURNING oldest",
            params![id, before],
            |row| row.get(0),
        )?;
        tx.execute(
            "DELETE FROM zyn_messages WHERE session_id = ?1 AND died <= ?2",
            params![id, oldest],
        )?;
        tx.execute(
            "DELETE FROM zyn_commits WHERE session_id = ?1 AND version < ?2",
            params![id, oldest],
        )?;
    }
    Ok((dropped, ids.into_iter().next_back()))
}

/// Since 1970, in the years that SQLite can write.
fn milliseconds(instant: SystemTime) -> i64 {
    const YEAR_9999: i64 = 253_370_764_800_000;
    let since = instant.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.map_or(0, |since| since.as_millis());
    i64::try_from(since).unwrap_or(YEAR_9999).min(YEAR_9999)
}
