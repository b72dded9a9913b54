use fastrand::Rng;

use super::{Found, fresh, said, same, say};
use crate::store::{Committed, IdError, IdOf, Query, SessionStore, StoreError};

/// Text that does not compress, for an index may keep less than it is given.
fn random_text(random: &mut Rng, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let next = random.char('\u{1}'..);
        if text.len() + next.len_utf8() <= bytes {
            text.push(next);
        }
    }
    text
}

pub(super) async fn ids_of_1024_bytes_are_kept(store: &dyn SessionStore) -> Result<(), Found> {
    let mut random = Rng::new();
    let id = random_text(&mut random, 1024);
    let mut branch = store.load(&id, None).await?;
    say(&mut branch, "hello");
    let commit = branch.commit(random_text(&mut random, 1024));
    for wanted in [
        Committed::New { version: 1 },
        Committed::Already { version: 1 },
    ] {
        same("the commit", store.commit(&commit).await?, wanted)?;
    }
    same("to delete", store.delete(&id).await?, true)
}

pub(super) async fn an_id_that_can_be_none_is_refused_and_writes_nothing(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let good = fresh();
    let branch = said(store, &good, "hello").await?;
    let long = fresh() + &"x".repeat(1024 - 31);
    let nul = fresh() + "\0";
    for bad in [&long, &nul] {
        refused("load", IdOf::Session, bad, store.load(bad, None).await)?;
        refused("delete", IdOf::Session, bad, store.delete(bad).await)?;
        let mut commit = branch.commit("good");
        commit.session.clone_from(bad);
        refused("commit", IdOf::Session, bad, store.commit(&commit).await)?;
        let commit = branch.commit(&**bad);
        refused("commit", IdOf::Commit, bad, store.commit(&commit).await)?;
    }
    let listed = store
        .list(&Query::new().prefix(long.get(..32).unwrap_or_default()))
        .await?;
    same("the list", listed.sessions, [])?;
    let head = store.load(&good, None).await?;
    same("the version", head.version(), 1)
}

fn refused<T: std::fmt::Debug>(
    call: &str,
    whose: IdOf,
    id: &str,
    answer: Result<T, StoreError>,
) -> Result<(), Found> {
    match answer {
        Err(StoreError::Id(IdError::TooLong { of, bytes })) => {
            same(call, (of, bytes), (whose, id.len()))
        }
        Err(StoreError::Id(IdError::Nul { of, at })) => same(call, (of, at), (whose, id.len() - 1)),
        other => Err(Found(format!("{call}: {other:?} instead of a refusal"))),
    }
}
