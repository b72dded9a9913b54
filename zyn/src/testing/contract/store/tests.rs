//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::time::SystemTime;

use super::*;
use crate::Conflict;
use crate::store::{Commit, Committed, MemoryStore, Page, Query};

/// A store that keeps the contract but for one thing.
struct But {
    store: MemoryStore,
    wrong: Wrong,
}

#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    ComparesNoVersion,
    ComparesTheVersionFirst,
    ForgetsOldVersions,
    ForgetsDeletion,
    ListsOnePage,
    ExpiresNothing,
}

impl SessionStore for But {
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>> {
        let at = at.filter(|_| self.wrong != Wrong::ForgetsOldVersions);
        self.store.load(id, at)
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(async move {
            let head = self.store.load(&commit.session, None).await?.version();
            let mut commit = commit.clone();
            match self.wrong {
                Wrong::ComparesNoVersion => commit.expected = head,
                Wrong::ComparesTheVersionFirst if commit.expected != head => {
                    let (expected, found) = (commit.expected, head);
                    return Err(Conflict { expected, found }.into());
                }
                _ => {}
            }
            self.store.commit(&commit).await
        })
    }

    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>> {
        Box::pin(async move {
            let mut page = self.store.list(query).await?;
            if self.wrong == Wrong::ListsOnePage {
                page.next = None;
            }
            Ok(page)
        })
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(
            async move { Ok(self.wrong != Wrong::ForgetsDeletion && self.store.delete(id).await?) },
        )
    }

    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            match self.wrong {
                Wrong::ExpiresNothing => Ok(0),
                _ => self.store.expire(before).await,
            }
        })
    }
}

async fn broken(wrong: Wrong) -> Vec<&'static str> {
    let store = But {
        store: MemoryStore::new(),
        wrong,
    };
    let broken = store_contract(&store).await.unwrap_err();
    broken.breaches.iter().map(|breach| breach.rule).collect()
}

#[tokio::test]
async fn each_thing_that_a_store_does_wrong_breaks_the_rules_that_forbid_it() {
    for (wrong, rule) in [
        (
            Wrong::ComparesNoVersion,
            "a_commit_on_another_version_is_a_conflict_and_writes_nothing",
        ),
        (
            Wrong::ComparesTheVersionFirst,
            "a_repeated_commit_is_told_its_version_and_writes_nothing",
        ),
        (Wrong::ForgetsOldVersions, "every_version_stays_as_it_was"),
        (
            Wrong::ForgetsDeletion,
            "a_deleted_session_counts_on_and_is_empty",
        ),
        (Wrong::ListsOnePage, "pages_hold_every_session_once"),
        (
            Wrong::ExpiresNothing,
            "what_is_idle_expires_and_what_is_in_use_stays",
        ),
    ] {
        let rules = broken(wrong).await;
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
}
