//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::SystemTime;

use super::*;
use crate::provider::BoxFuture;
use crate::session::{Message, Usage};
use crate::store::{MemoryStore, Page, Query, SessionStore};

/// What becomes of a commit on its way.
#[derive(Clone, Copy)]
enum Fate {
    Done,
    /// Written, and the connection goes before the answer comes.
    AnswerLost,
    /// The connection goes before it is written.
    Lost,
    Busy,
    /// Written, and the caller never hears of it.
    Hangs,
}

struct Unsteady {
    store: MemoryStore,
    fates: Mutex<VecDeque<Fate>>,
}

impl Unsteady {
    fn new<const N: usize>(fates: [Fate; N]) -> Self {
        Self {
            store: MemoryStore::new(),
            fates: Mutex::new(fates.into()),
        }
    }
}

impl SessionStore for Unsteady {
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>> {
        self.store.load(id, at)
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Done);
        Box::pin(async move {
            match fate {
                Fate::Done => self.store.commit(commit).await,
                Fate::AnswerLost => {
                    self.store.commit(commit).await?;
                    Err(StoreError::unavailable("gone"))
                }
                Fate::Lost => Err(StoreError::unavailable("gone")),
                Fate::Busy => Err(StoreError::busy("locked")),
                Fate::Hangs => {
                    self.store.commit(commit).await?;
                    std::future::pending().await
                }
            }
        })
    }

    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>> {
        self.store.list(query)
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.delete(id)
    }

    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.expire(before)
    }
}

fn say(branch: &mut Branch, text: &str) {
    let mut draft = branch.session.draft();
    let turn = [Message::user(text), Message::assistant("yes")];
    draft.append_turn(turn, Usage::new(3, 1));
    branch.session.commit(draft);
}

/// Says `one`, commits, says `two`, and commits as often as it takes.
async fn two_turns(store: &Unsteady) -> Branch {
    let mut branch = store.load("a", None).await.unwrap();
    say(&mut branch, "one");
    let _ = branch.commit_to(store).await;
    say(&mut branch, "two");
    for _ in 0..4 {
        if branch.commit_to(store).await.is_ok() {
            return branch;
        }
    }
    panic!("still not committed");
}

async fn stored(store: &Unsteady) -> Vec<String> {
    let head = store.load("a", None).await.unwrap().session;
    head.messages()
        .iter()
        .map(|m| m.text().to_owned())
        .collect()
}

#[tokio::test]
async fn a_branch_goes_on_from_what_it_committed() {
    let store = Unsteady::new([]);
    let branch = two_turns(&store).await;
    assert_eq!(branch.version(), 2);
    let head = store.load("a", None).await.unwrap();
    assert_eq!(head.session, branch.session);
    assert_eq!(store.load("a", Some(1)).await.unwrap().session.len(), 2);
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_written_twice() {
    for fates in [
        [Fate::AnswerLost, Fate::Done],
        [Fate::AnswerLost, Fate::AnswerLost],
        [Fate::AnswerLost, Fate::Lost],
        [Fate::Lost, Fate::AnswerLost],
        [Fate::Done, Fate::AnswerLost],
        [Fate::Lost, Fate::Lost],
        [Fate::AnswerLost, Fate::Busy],
    ] {
        let store = Unsteady::new(fates);
        let branch = two_turns(&store).await;
        assert_eq!(branch.version(), 2);
        assert_eq!(stored(&store).await, ["one", "yes", "two", "yes"]);
    }
}

#[tokio::test]
async fn a_dropped_commit_is_not_written_twice() {
    let store = Unsteady::new([Fate::Hangs]);
    let mut branch = store.load("a", None).await.unwrap();
    say(&mut branch, "one");
    {
        let mut commit = std::pin::pin!(branch.commit_to(&store));
        let mut context = Context::from_waker(Waker::noop());
        assert!(commit.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
    assert_eq!(stored(&store).await, ["one", "yes"]);
}

#[tokio::test]
async fn a_lost_answer_and_then_another_writer_is_no_conflict() {
    let store = Unsteady::new([Fate::AnswerLost]);
    let mut branch = store.load("a", None).await.unwrap();
    say(&mut branch, "one");
    branch.commit_to(&store).await.unwrap_err();
    let mut other = store.load("a", None).await.unwrap();
    say(&mut other, "other");
    other.commit_to(&store).await.unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
    assert_eq!(stored(&store).await, ["one", "yes", "other", "yes"]);
}

#[tokio::test]
async fn after_a_conflict_the_branch_has_what_was_paid_for() {
    let store = MemoryStore::new();
    let mut late = store.load("a", None).await.unwrap();
    let mut first = late.clone();
    say(&mut first, "first");
    first.commit_to(&store).await.unwrap();
    say(&mut late, "late");
    let before = late.session.clone();
    let error = late.commit_to(&store).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the session is at version 1 and this branch left from version 0: another commit came first, and nothing was written; load the session again and fire anew"
    );
    assert!(!error.is_retryable());
    assert_eq!(late.session, before);
    assert_eq!(late.session.usage(), Usage::new(3, 1));
}

#[tokio::test]
async fn after_a_refusal_that_wrote_nothing_all_goes_into_one_commit() {
    let store = Unsteady::new([Fate::Busy, Fate::AnswerLost]);
    let branch = two_turns(&store).await;
    assert_eq!(branch.version(), 1);
    assert_eq!(stored(&store).await, ["one", "yes", "two", "yes"]);

    let store = Unsteady::new([Fate::Busy, Fate::Busy]);
    let mut branch = store.load("a", None).await.unwrap();
    for text in ["one", "two"] {
        say(&mut branch, text);
        let error = branch.commit_to(&store).await.unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }));
    }
    let mut rebased = branch.clone();
    let head = store.load("a", None).await.unwrap();
    rebased.rebase(&head).unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
    assert_eq!(stored(&store).await, ["one", "yes", "two", "yes"]);
}

#[tokio::test]
async fn what_may_be_written_stays_so_while_the_store_is_busy() {
    let store = Unsteady::new([Fate::AnswerLost, Fate::Busy]);
    let mut branch = store.load("a", None).await.unwrap();
    say(&mut branch, "one");
    for _ in 0..2 {
        branch.commit_to(&store).await.unwrap_err();
        let head = store.load("a", None).await.unwrap();
        assert!(branch.rebase(&head).is_err());
    }
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
}

#[tokio::test]
async fn a_branch_goes_back_under_the_id_that_it_left_under() {
    let store = MemoryStore::new();
    let mut branch = store.load("a", None).await.unwrap();
    branch.session = crate::Session::named("b");
    say(&mut branch, "imported");
    assert_eq!(branch.commit("x").session, "a");
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
    let stored = store.load("a", None).await.unwrap();
    assert_eq!(stored.session, branch.session);
    assert_eq!(stored.session.usage(), Usage::new(3, 1));
    assert_eq!(store.load("b", None).await.unwrap().version(), 0);
}
