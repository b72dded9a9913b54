//! What the README says of stores.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use zyn::store::{
    Commit, Committed, MemoryStore, Page, Query, SessionStore, SqliteStore, StoreError,
};
use zyn::testing::Scripted;
use zyn::{Branch, Llm, Message};

use crate::greet::greet;
use crate::place::Place;

const README: &str = include_str!("../../README.md");

#[tokio::test]
async fn the_program_about_stores_does_what_it_says() {
    assert!(README.contains(&format!("```rust\n{}```\n", include_str!("greet.rs"))));
    let place = Place::file();
    let store = SqliteStore::open(place.address()).await.unwrap();
    let llm = Llm::new(Scripted::new(["Hello, Ada!", "Hello again, Ada!"]));
    assert_eq!(greet(&llm, &store, "Ada").await.unwrap(), "Hello, Ada!");
    greet(&llm, &store, "Ada").await.unwrap();
    let remembered = store.load("Ada", None).await.unwrap();
    assert_eq!(remembered.session.len(), 4);
    assert_eq!(remembered.version(), 2);
}

/// A store that answers the first commits as it is told: another writer is first, and then the connection breaks.
struct Unsteady {
    store: MemoryStore,
    commits: AtomicU32,
}

impl SessionStore for Unsteady {
    fn load<'a>(&'a self, id: &'a str, at: Option<u64>) -> Answer<'a, Branch> {
        self.store.load(id, at)
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> Answer<'a, Committed> {
        Box::pin(async move {
            match self.commits.fetch_add(1, Ordering::Relaxed) {
                0 => {
                    let mut other = self.store.load(&commit.session, None).await?;
                    other.session.append(Message::user("other"));
                    other.commit_to(&self.store).await?;
                    self.store.commit(commit).await
                }
                1 => {
                    self.store.commit(commit).await?;
                    Err(StoreError::unavailable("the connection broke"))
                }
                _ => self.store.commit(commit).await,
            }
        })
    }

    fn list<'a>(&'a self, query: &'a Query) -> Answer<'a, Page> {
        self.store.list(query)
    }

    fn delete<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        self.store.delete(id)
    }

    fn expire(&self, before: SystemTime) -> Answer<'_, u64> {
        self.store.expire(before)
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

#[tokio::test]
async fn the_program_keeps_the_paid_answer_beside_another_writer_and_a_broken_connection() {
    let store = Unsteady {
        store: MemoryStore::new(),
        commits: AtomicU32::new(0),
    };
    // one answer: whoever asks again gets none
    let llm = Llm::new(Scripted::new(["Hello, Ada!"]));
    assert_eq!(greet(&llm, &store, "Ada").await.unwrap(), "Hello, Ada!");
    let head = store.load("Ada", None).await.unwrap();
    assert_eq!((head.version(), head.session.len()), (2, 3));
    assert_eq!(head.session.at(0).unwrap().text(), "other");
    assert_eq!(head.session.at(2).unwrap().text(), "Hello, Ada!");
}

#[test]
fn the_command_that_prints_a_conversation_is_the_documented_one() {
    assert!(README.contains(crate::shell::documented(crate::shell::SQLITE, "sqlite3 ")));
}
