use std::time::SystemTime;

use super::listing::pause;
use super::{Found, fresh, said, same, same_session, say};
use crate::session::{Branch, Session};
use crate::store::{Committed, Query, SessionStore, StoreError};

pub(super) async fn a_deleted_session_counts_on_and_is_empty(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    same(
        "to delete what is not there",
        store.delete(&id).await?,
        false,
    )?;
    same(
        "the version of it",
        store.load(&id, None).await?.version(),
        0,
    )?;
    for _ in 0..7 {
        said(store, &id, "hello").await?;
    }
    same("to delete", store.delete(&id).await?, true)?;
    same("to delete again", store.delete(&id).await?, false)?;
    let head = store.load(&id, None).await?;
    same("the version", head.version(), 8)?;
    same_session("the session", &head.session, &Session::named(&*id))?;
    gone(store, &id, &[0, 7], (8, 8)).await?;
    let listed = store.list(&Query::new().prefix(&*id)).await?;
    same("the list", listed.sessions, [])?;

    let anew = said(store, &id, "anew").await?;
    same("the version after it", anew.version(), 9)?;
    let stored = store.load(&id, None).await?;
    same_session("the session after it", &stored.session, &anew.session)?;
    same(
        "the empty one",
        store.load(&id, Some(8)).await?.session.len(),
        0,
    )?;
    let listed = store.list(&Query::new().prefix(&*id)).await?;
    same("the list after it", listed.sessions.len(), 1)
}

pub(super) async fn no_old_writer_brings_a_deleted_session_back(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut first = store.load(&id, None).await?;
    let mut from_nothing = first.clone();
    say(&mut first, "first");
    let commit = first.commit("first");
    store.commit(&commit).await?;
    let mut from_one = store.load(&id, None).await?;
    store.delete(&id).await?;

    let already = Committed::Already { version: 1 };
    same("a repeated commit", store.commit(&commit).await?, already)?;
    say(&mut from_nothing, "late");
    say(&mut from_one, "late");
    for late in [&mut from_nothing, &mut from_one] {
        let expected = late.version();
        match late.commit_to(store).await {
            Err(StoreError::Conflict(conflict)) => {
                same(
                    "the conflict",
                    (conflict.expected, conflict.found),
                    (expected, 2),
                )?;
            }
            other => return Err(Found(format!("{other:?} instead of a conflict"))),
        }
    }
    same("the session", store.load(&id, None).await?.session.len(), 0)
}

pub(super) async fn what_is_idle_expires_and_what_is_in_use_stays(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut kept = vec![said(store, &id, "one").await?];
    let mut branch = store.load(&id, None).await?;
    branch.session.clear();
    say(&mut branch, "two");
    branch.commit_to(store).await?;
    kept.push(branch);
    pause().await;
    kept.push(said(store, &id, "three").await?);
    let before = updated_at(store, &id).await?;
    kept.push(said(store, &id, "four").await?);

    same(
        "what is older than all",
        store.expire(SystemTime::UNIX_EPOCH).await?,
        0,
    )?;
    stays(store, &id, &kept).await?;
    store.expire(before).await?;
    // the head at that time was version 2
    stays(store, &id, kept.get(1..).unwrap_or_default()).await?;
    gone(store, &id, &[0, 1], (2, 4)).await?;
    same("the version", said(store, &id, "five").await?.version(), 5)
}

pub(super) async fn what_expired_is_as_if_it_had_never_been(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let (idle, deleted, used) = (fresh(), fresh(), fresh());
    let mut branch = store.load(&idle, None).await?;
    say(&mut branch, "hello");
    let commit = branch.commit("first");
    store.commit(&commit).await?;
    said(store, &deleted, "hello").await?;
    store.delete(&deleted).await?;
    pause().await;
    said(store, &used, "hello").await?;
    let before = updated_at(store, &used).await?;

    let dropped = store.expire(before).await?;
    if dropped < 2 {
        return Err(Found(format!(
            "{dropped} sessions dropped instead of 2 or more"
        )));
    }
    same("dropped the second time", store.expire(before).await?, 0)?;
    for id in [&idle, &deleted] {
        same("the version", store.load(id, None).await?.version(), 0)?;
    }
    let listed = store.list(&Query::new().prefix(&*idle)).await?;
    same("the list", listed.sessions, [])?;
    same(
        "the one in use",
        store.load(&used, None).await?.version(),
        1,
    )?;
    let anew = store.commit(&commit).await?;
    same(
        "its first commit, again",
        anew,
        Committed::New { version: 1 },
    )?;
    let stored = store.load(&idle, None).await?;
    same_session("what it wrote", &stored.session, &branch.session)
}

async fn updated_at(store: &dyn SessionStore, id: &str) -> Result<SystemTime, Found> {
    let page = store.list(&Query::new().prefix(id)).await?;
    let info = page.sessions.first().map(|info| info.updated_at);
    info.ok_or_else(|| Found("a session that is not listed".to_owned()))
}

async fn stays(store: &dyn SessionStore, id: &str, kept: &[Branch]) -> Result<(), Found> {
    for branch in kept {
        let stored = store.load(id, Some(branch.version())).await?;
        same_session("a version that stays", &stored.session, &branch.session)?;
    }
    Ok(())
}

async fn gone(
    store: &dyn SessionStore,
    id: &str,
    versions: &[u64],
    bounds: (u64, u64),
) -> Result<(), Found> {
    for at in versions {
        match store.load(id, Some(*at)).await {
            Err(StoreError::NoSuchVersion { oldest, newest, .. }) => {
                same("the bounds", (oldest, newest), bounds)?;
            }
            other => return Err(Found(format!("{other:?} instead of an error"))),
        }
    }
    Ok(())
}
