//! What can go wrong with an SQLite file.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use zyn::Message;
use zyn::store::{SessionStore, SqliteStore, StoreError};

use crate::place::Place;

/// An empty store, and a connection to its file by hand that waits for nothing.
async fn opened(place: &Place) -> (SqliteStore, Connection) {
    let store = SqliteStore::open(place.address()).await.unwrap();
    let hand = Connection::open(place.address()).unwrap();
    hand.busy_timeout(Duration::ZERO).unwrap();
    (store, hand)
}

fn count(hand: &Connection, rows: &str) -> i64 {
    let count = hand.query_row(&format!("SELECT count(*) FROM {rows}"), [], |row| {
        row.get(0)
    });
    count.unwrap()
}

#[tokio::test]
async fn what_goes_wrong_in_a_commit_leaves_no_row_and_no_lock() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    hand.execute_batch(
        "CREATE TRIGGER refuse BEFORE INSERT ON zyn_commits BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .unwrap();
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("canary"));
    let error = branch.commit_to(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Backend { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!(count(&hand, "zyn_messages"), 0);
    // the lock is free at once
    hand.execute_batch("BEGIN IMMEDIATE; DROP TRIGGER refuse; COMMIT")
        .unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_waits_for_another_process_and_a_reader_does_not() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    hand.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reader = SqliteStore::open(place.address()).await.unwrap();
    let (committed, ()) = tokio::join!(branch.commit_to(&store), async {
        assert_eq!(reader.load("a", None).await.unwrap().version(), 0);
        tokio::time::sleep(Duration::from_millis(300)).await;
        hand.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(committed.unwrap(), 1);
}

#[tokio::test]
async fn a_file_that_stays_locked_is_busy_and_nothing_is_written() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let store = store.patience(Duration::from_millis(200));
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    hand.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let error = branch.commit_to(&store).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Busy { .. }) && error.is_retryable(),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(2));
    hand.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&hand, "zyn_messages"), 0);
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_dropped_while_it_waits_is_written_once_in_the_end() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    hand.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(100), branch.commit_to(&store));
    assert!(waiting.await.is_err());
    hand.execute_batch("COMMIT").unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
    assert_eq!(store.load("a", None).await.unwrap().session.len(), 1);
}

#[tokio::test]
async fn a_turn_writes_its_own_rows_and_no_others() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let mut branch = store.load("a", None).await.unwrap();
    for turn in 0..50 {
        branch.session.append(Message::user(turn.to_string()));
        branch.commit_to(&store).await.unwrap();
    }
    assert_eq!(count(&hand, "zyn_messages"), 50);
    branch.session.replace(7, Message::user("anew")).unwrap();
    branch.commit_to(&store).await.unwrap();
    assert_eq!(count(&hand, "zyn_messages"), 51);
    assert_eq!(count(&hand, "zyn_messages WHERE died IS NOT NULL"), 1);
}

#[tokio::test]
async fn what_expires_and_what_is_deleted_leaves_no_row() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    for id in ["a", "b"] {
        let mut branch = store.load(id, None).await.unwrap();
        branch.session.append(Message::user("hello"));
        branch.commit_to(&store).await.unwrap();
    }
    store.delete("a").await.unwrap();
    assert_eq!(count(&hand, "zyn_messages WHERE session_id = 'a'"), 0);
    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    assert_eq!(store.expire(later).await.unwrap(), 2);
    for table in ["zyn_messages", "zyn_commits", "zyn_sessions"] {
        assert_eq!(count(&hand, table), 0);
    }
}

#[tokio::test]
async fn tables_of_a_newer_zyn_are_refused_by_their_number() {
    let place = Place::file();
    let (_, hand) = opened(&place).await;
    hand.execute_batch("UPDATE zyn_schema SET version = 2")
        .unwrap();
    let error = SqliteStore::open(place.address()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store's tables are of version 2 and this zyn knows version 1; use the zyn that made them, or a newer one; nothing was changed"
    );
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_an_error_and_is_not_quoted() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let mut branch = store.load("ticket-7", None).await.unwrap();
    branch.session.append(Message::user("hello"));
    branch.commit_to(&store).await.unwrap();
    hand.execute_batch(r#"UPDATE zyn_messages SET message = '{"canary":"canary"}'"#)
        .unwrap();
    let error = store.load("ticket-7", None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "what is stored of session `ticket-7` cannot be read; was it written by a newer zyn, or by hand? Nothing was changed"
    );
    assert!(std::error::Error::source(&error).is_none());
}

#[tokio::test]
async fn a_place_that_can_be_no_store_is_refused() {
    for path in [":memory:", "/no/such/folder/sessions.db"] {
        let error = SqliteStore::open(path).await.unwrap_err();
        assert!(matches!(error, StoreError::Backend { .. }), "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_for_other_calls_of_the_store_counts() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let patience = Duration::from_millis(500);
    let store = store.patience(patience);
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    hand.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let commits: Vec<_> = (0..6)
        .map(|_| {
            let (mut branch, store) = (branch.clone(), store.clone());
            tokio::spawn(async move { branch.commit_to(&store).await })
        })
        .collect();
    for commit in commits {
        let error = commit.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    }
    assert!(began.elapsed() < 4 * patience, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_has_nothing_to_expire_is_not_touched() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    branch.commit_to(&store).await.unwrap();
    hand.execute_batch(
        "CREATE TRIGGER untouched BEFORE UPDATE ON zyn_sessions BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .unwrap();
    let earlier = std::time::SystemTime::now() - Duration::from_secs(60);
    assert_eq!(store.expire(earlier).await.unwrap(), 0);
}

#[tokio::test]
async fn what_expired_before_an_error_stays_so() {
    let place = Place::file();
    let (store, hand) = opened(&place).await;
    hand.execute_batch(
        "WITH RECURSIVE n(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM n WHERE n < 1249)
         INSERT INTO zyn_sessions (id, version, oldest, updated_at, deleted)
         SELECT n, 1, 0, '2020-01-01T00:00:00.000Z', 0 FROM n;
         CREATE TRIGGER refuse BEFORE DELETE ON zyn_sessions WHEN old.id = '1249'
         BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .unwrap();
    let now = std::time::SystemTime::now();
    store.expire(now).await.unwrap_err();
    assert!(count(&hand, "zyn_sessions") < 150);
    hand.execute_batch("DROP TRIGGER refuse").unwrap();
    store.expire(now).await.unwrap();
    assert_eq!(count(&hand, "zyn_sessions"), 0);
}
