use fastrand::Rng;

use super::{Found, fresh, same, same_session, say};
use crate::session::{Branch, Message};
use crate::store::{SessionStore, StoreError};

/// Edits of every kind, from a fixed seed; each version is compared with the copy that was kept of it, in the end and
/// from another branch, so that nothing the store shares with the writer helps it.
pub(super) async fn every_version_stays_as_it_was(store: &dyn SessionStore) -> Result<(), Found> {
    let id = fresh();
    let mut random = Rng::with_seed(7);
    let mut branch = store.load(&id, None).await?;
    let mut kept = vec![branch.session.clone()];
    while kept.len() < 60 {
        for _ in 0..random.usize(1..4) {
            edit(&mut branch, &mut random)?;
        }
        let version = branch.commit_to(store).await?;
        if version == kept.len() as u64 {
            kept.push(branch.session.clone());
        }
        same("the version", version + 1, kept.len() as u64)?;
    }
    for (version, session) in (0..).zip(&kept) {
        let loaded = store.load(&id, Some(version)).await?;
        same("the version", loaded.version(), version)?;
        same_session(&format!("version {version}"), &loaded.session, session)?;
    }
    let head = store.load(&id, None).await?;
    same("the head", head.version() + 1, kept.len() as u64)
}

fn edit(branch: &mut Branch, random: &mut Rng) -> Result<(), Found> {
    let session = &mut branch.session;
    let place = random.usize(0..=session.len());
    let message = || Message::user(format!("edit {place}"));
    let edited = match random.u32(0..9) {
        0 => session.insert(place, message()),
        1 if place < session.len() => session.replace(place, message()).map(drop),
        2 if place < session.len() => session.remove(place).map(drop),
        3 => {
            session.prune(place / 2);
            Ok(())
        }
        4 => {
            session.truncate(place / 2, 2);
            Ok(())
        }
        5 => {
            session.retain(|message| message.text() != "edit 2");
            Ok(())
        }
        _ => {
            say(branch, &format!("turn {place}"));
            Ok(())
        }
    };
    edited.map_err(|error| Found(error.to_string()))
}

pub(super) async fn a_version_that_never_was_is_an_error(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    for newest in 0..2 {
        let asked = newest + 1;
        match store.load(&id, Some(asked)).await {
            Err(StoreError::NoSuchVersion {
                session,
                version,
                oldest,
                newest: found,
            }) => {
                same("the session", session, &*id)?;
                same("the bounds", (version, oldest, found), (asked, 0, newest))?;
            }
            other => return Err(Found(format!("{other:?} instead of an error"))),
        }
        let mut branch = store.load(&id, None).await?;
        say(&mut branch, "hello");
        branch.commit_to(store).await?;
    }
    Ok(())
}
