use super::{Found, fresh, said, same, same_session, say};
use crate::session::{Block, Message, Session};
use crate::store::{Committed, Query, SessionStore, StoreError};
use crate::verb::Verb;

pub(super) async fn an_id_that_no_commit_has_named_is_empty_and_leaves_no_trace(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    for at in [None, Some(0)] {
        let branch = store.load(&id, at).await?;
        same("the version", branch.version(), 0)?;
        same_session("the session", &branch.session, &Session::named(&*id))?;
    }
    let listed = store.list(&Query::new().prefix(&*id)).await?;
    same("the list", listed.sessions, [])?;
    let mut branch = store.load(&id, None).await?;
    same(
        "the version after a commit of nothing",
        branch.commit_to(store).await?,
        0,
    )
}

pub(super) async fn a_commit_is_the_next_version_and_reads_back_equal(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut branch = store.load(&id, None).await?;
    branch.session.append(Message::system("Be brief.").pinned());
    same("the first commit", branch.commit_to(store).await?, 1)?;
    say(&mut branch, "Where is my parcel?");
    let blocks = vec![Block::new("input", "```\n{\"a\": 1}\n```")];
    branch.session.append(Message::prompt(
        Verb::Extract,
        "The parcel of {name}",
        blocks,
    ));
    same("the second commit", branch.commit_to(store).await?, 2)?;
    let head = store.load(&id, None).await?;
    same("the version", head.version(), 2)?;
    same_session("the session", &head.session, &branch.session)
}

pub(super) async fn any_text_is_an_id_and_any_text_is_a_message(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let long = "x".repeat(900);
    for tail in [
        "",
        " ",
        "'; DROP TABLE zyn_sessions; --",
        "%_\\\"\n\r\t",
        "é 😀 \u{202e}",
        &long,
    ] {
        let id = fresh() + tail;
        let mut branch = store.load(&id, None).await?;
        for text in [
            "",
            tail,
            "\0",
            "\u{1}\u{7f}\u{fffe}",
            &"long ".repeat(20_000),
        ] {
            branch.session.append(Message::user(text));
        }
        branch.commit_to(store).await?;
        let head = store.load(&id, None).await?;
        same_session("a session of odd texts", &head.session, &branch.session)?;
    }
    Ok(())
}

pub(super) async fn a_commit_on_another_version_is_a_conflict_and_writes_nothing(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut late = store.load(&id, None).await?;
    let first = said(store, &id, "first").await?;
    let mut early = first.clone();
    early.session.append(Message::user("early"));
    let mut unborn = early.commit("unborn");
    unborn.expected = 7;
    say(&mut late, "late");
    for (commit, expected) in [(late.commit("late"), 0), (unborn, 7)] {
        match store.commit(&commit).await {
            Err(StoreError::Conflict(conflict)) => {
                same(
                    "the conflict",
                    (conflict.expected, conflict.found),
                    (expected, 1),
                )?;
            }
            other => return Err(Found(format!("{other:?} instead of a conflict"))),
        }
    }
    let head = store.load(&id, None).await?;
    same("the version", head.version(), 1)?;
    same_session("the session", &head.session, &first.session)
}

pub(super) async fn a_repeated_commit_is_told_its_version_and_writes_nothing(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut branch = store.load(&id, None).await?;
    say(&mut branch, "once");
    let commit = branch.commit("a-run");
    same(
        "the first time",
        store.commit(&commit).await?,
        Committed::New { version: 1 },
    )?;
    let again = Committed::Already { version: 1 };
    same("the second time", store.commit(&commit).await?, again)?;
    let head = said(store, &id, "more").await?;
    // its version is no longer the head: the commit id must be looked up before versions are compared
    same("after another commit", store.commit(&commit).await?, again)?;
    let mut anew = head.clone();
    say(&mut anew, "under a used id");
    same(
        "on the head",
        store.commit(&anew.commit("a-run")).await?,
        again,
    )?;
    let stored = store.load(&id, None).await?;
    same("the version", stored.version(), 2)?;
    same_session("the session", &stored.session, &head.session)
}

pub(super) async fn a_commit_that_was_refused_may_come_again_under_its_id(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let mut late = store.load(&id, None).await?;
    said(store, &id, "first").await?;
    say(&mut late, "late");
    if store.commit(&late.commit("late")).await.is_ok() {
        return Err(Found("a commit instead of a conflict".to_owned()));
    }
    let mut anew = store.load(&id, None).await?;
    say(&mut anew, "late");
    let committed = store.commit(&anew.commit("late")).await?;
    same("the second try", committed, Committed::New { version: 2 })
}

pub(super) async fn a_commit_id_belongs_to_one_session(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    for _ in 0..2 {
        let mut branch = store.load(&fresh(), None).await?;
        say(&mut branch, "hello");
        let committed = store.commit(&branch.commit("the same")).await?;
        same("the commit", committed, Committed::New { version: 1 })?;
    }
    Ok(())
}

pub(super) async fn a_change_that_does_not_fit_is_refused_and_writes_nothing(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let id = fresh();
    let head = said(store, &id, "hello").await?;
    let mut branch = head.clone();
    say(&mut branch, "more");
    for (at, removed) in [(3, 0), (0, 3), (2, 1), (usize::MAX, 1), (1, usize::MAX)] {
        let mut commit = branch.commit("misfit");
        (commit.change.at, commit.change.removed) = (at, removed);
        match store.commit(&commit).await {
            Err(StoreError::Misfit(misfit)) => {
                let found = (misfit.at, misfit.removed, misfit.len);
                same("the misfit", found, (at, removed, 2))?;
            }
            other => return Err(Found(format!("{other:?} instead of a refusal"))),
        }
    }
    let stored = store.load(&id, None).await?;
    same("the version", stored.version(), 1)?;
    same_session("the session", &stored.session, &head.session)?;
    let committed = store.commit(&branch.commit("misfit")).await?;
    same("one that fits", committed, Committed::New { version: 2 })?;

    // the first commit of all, on an id that leaves no trace
    let id = fresh();
    let mut commit = store.load(&id, None).await?.commit("misfit");
    commit.change.removed = 1;
    if !matches!(store.commit(&commit).await, Err(StoreError::Misfit(_))) {
        return Err(Found("a first commit that removes a message".to_owned()));
    }
    let listed = store.list(&Query::new().prefix(&*id)).await?;
    same("the list", listed.sessions, [])
}
