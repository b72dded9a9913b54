use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::{Found, fresh, said, same, same_session, say, together};
use crate::provider::BoxFuture;
use crate::session::Branch;
use crate::store::{Committed, SessionStore, StoreError};

const WRITERS: usize = 6;
const TURNS: usize = 10;

pub(super) async fn writers_at_the_same_time_lose_nothing(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    for written in together(writers(store, &id)).await {
        written?;
    }
    let head = store.load(&id, None).await?;
    let turns = WRITERS * TURNS;
    same("the version", head.version(), turns as u64)?;
    same("the messages", head.session.len(), 2 * turns)?;
    let mut next = HashMap::new();
    for question in head.session.messages().iter().step_by(2) {
        let (writer, turn) = question.text().split_once(' ').unwrap_or_default();
        let wanted = next.entry(writer.to_owned()).or_insert(0);
        same("the turn of a writer", turn, wanted.to_string())?;
        *wanted += 1;
    }
    let complete = next.values().filter(|turns| **turns == TURNS).count();
    same("writers whose turns are all there", complete, WRITERS)
}

async fn write(store: &dyn SessionStore, id: &str, writer: usize) -> Result<(), Found> {
    for turn in 0..TURNS {
        loop {
            let mut branch = store.load(id, None).await?;
            give_way().await;
            say(&mut branch, &format!("{writer} {turn}"));
            match branch.commit_to(store).await {
                Ok(_) => break,
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

pub(super) async fn a_commit_sent_many_times_at_once_is_written_once(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut branch = store.load(&id, None).await?;
    say(&mut branch, "once");
    let commit = branch.commit("a-run");
    let sent = together((0..WRITERS).map(|_| store.commit(&commit))).await;
    let mut new = 0;
    for committed in sent {
        let committed = committed?;
        same("the version", committed.version(), 1)?;
        new += usize::from(committed == Committed::New { version: 1 });
    }
    same("how often it was new", new, 1)?;
    same(
        "the messages",
        store.load(&id, None).await?.session.len(),
        2,
    )
}

pub(super) async fn a_reader_never_sees_half_a_commit(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    said(store, &id, "0 0").await?;
    let writer = boxed(async {
        for turn in 1..TURNS {
            said(store, &id, &format!("0 {turn}")).await?;
            give_way().await;
        }
        Ok(())
    });
    let reader = boxed(async {
        let mut seen = 0;
        while seen < TURNS as u64 {
            let branch = store.load(&id, None).await?;
            whole(&branch)?;
            seen = branch.version();
            give_way().await;
        }
        Ok(())
    });
    together([writer, reader]).await.into_iter().collect()
}

/// Version, messages and usage are of one moment.
fn whole(branch: &Branch) -> Result<(), Found> {
    let turns = branch.version();
    let session = &branch.session;
    same("the messages", session.len() as u64, 2 * turns)?;
    same("the usage", session.usage().output_tokens, turns)
}

pub(super) async fn deletion_beside_commits_leaves_whole_sessions(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut tasks = writers(store, &id);
    tasks.push(boxed(async {
        for _ in 0..TURNS {
            store.delete(&id).await?;
            give_way().await;
            one_price(&store.load(&id, None).await?)?;
        }
        Ok(())
    }));
    together(tasks)
        .await
        .into_iter()
        .collect::<Result<(), _>>()?;
    one_price(&store.load(&id, None).await?)
}

/// What expires here is all there is, in use or not: so first commits come again and again.
///
/// Nothing is deleted beside it: a branch from before a session was dropped may find its number again, which is why
/// `expire` says how far back its instant must lie. Here every session is whole at every number, so it does no harm.
pub(super) async fn expiry_beside_commits_leaves_whole_sessions(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(10_000_000_000);
    let mut tasks = writers(store, &id);
    tasks.push(boxed(async {
        for _ in 0..TURNS {
            store.expire(far).await?;
            give_way().await;
            whole(&store.load(&id, None).await?)?;
        }
        Ok(())
    }));
    together(tasks)
        .await
        .into_iter()
        .collect::<Result<(), _>>()?;
    // rows that were left behind without their session would be in the way, or among what it says
    store.expire(far).await?;
    for turn in 1..3 {
        let branch = said(store, &id, "after all").await?;
        same("the version", branch.version(), turn)?;
        let stored = store.load(&id, None).await?;
        same_session("the session", &stored.session, &branch.session)?;
        same("the messages", stored.session.len() as u64, 2 * turn)?;
    }
    Ok(())
}

fn writers<'s>(store: &'s dyn SessionStore, id: &'s str) -> Vec<BoxFuture<'s, Result<(), Found>>> {
    (0..WRITERS)
        .map(|writer| boxed(write(store, id, writer)))
        .collect()
}

/// Messages and usage are of one moment: each turn is two messages and one token.
fn one_price(branch: &Branch) -> Result<(), Found> {
    let session = &branch.session;
    let tokens = session.usage().output_tokens;
    same("the messages", session.len() as u64, 2 * tokens)
}

/// Lets the others come to their turn: a store in memory never waits, and without this nothing would come between.
async fn give_way() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn boxed<'s>(
    future: impl Future<Output = Result<(), Found>> + Send + 's,
) -> BoxFuture<'s, Result<(), Found>> {
    Box::pin(future)
}
