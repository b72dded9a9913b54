use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::{
    Commit, Committed, Page, Query, SessionInfo, SessionStore, StoreError, check_session_id,
};
use crate::clock;
use crate::provider::BoxFuture;
use crate::session::{Branch, Conflict, Session};

/// Keeps sessions in memory, as long as the program runs. A clone is a handle on the same sessions.
///
/// Versions share their messages, so that a session of many turns costs little more than its last version alone.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zyn::Error> {
/// use zyn::Message;
/// use zyn::store::{MemoryStore, SessionStore};
///
/// let store = MemoryStore::new();
/// let mut branch = store.load("ticket-7", None).await?;
/// branch.session.append(Message::user("Where is my parcel?"));
/// branch.commit_to(&store).await?;
///
/// assert_eq!(store.load("ticket-7", None).await?.session, branch.session);
/// assert!(store.load("ticket-7", Some(0)).await?.session.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    sessions: Arc<Mutex<BTreeMap<String, Kept>>>,
}

/// One session in all its versions.
struct Kept {
    head: u64,
    deleted: bool,
    states: BTreeMap<u64, Session>,
    made_at: BTreeMap<u64, SystemTime>,
    commit_ids: HashMap<String, u64>,
}

impl MemoryStore {
    /// A store without sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// No code of a caller runs while the lock is held, so a poisoned one guards whole data.
    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn branch(&self, id: &str, at: Option<u64>) -> Result<Branch, StoreError> {
        check_session_id(id)?;
        let sessions = self.sessions();
        let kept = sessions.get(id);
        let newest = kept.map_or(0, |kept| kept.head);
        let version = at.unwrap_or(newest);
        let state = match kept {
            Some(kept) => kept.states.get(&version).cloned(),
            None => (version == 0).then(|| Session::named(id)),
        };
        let session = state.ok_or_else(|| StoreError::NoSuchVersion {
            session: id.to_owned(),
            version,
            oldest: kept.map_or(0, Kept::oldest),
            newest,
        })?;
        Ok(Branch::new(session, version))
    }

    fn write(&self, commit: &Commit) -> Result<Committed, StoreError> {
        commit.check_ids()?;
        let mut sessions = self.sessions();
        let kept = sessions.get(&commit.session);
        let version = kept.and_then(|kept| kept.commit_ids.get(&commit.id));
        if let Some(&version) = version {
            return Ok(Committed::Already { version });
        }
        let (expected, found) = (commit.expected, kept.map_or(0, |kept| kept.head));
        if expected != found {
            return Err(Conflict { expected, found }.into());
        }
        let head = kept.and_then(|kept| kept.states.get(&kept.head)).cloned();
        let mut after = head.unwrap_or_else(|| Session::named(&*commit.session));
        commit.change.apply(&mut after)?;
        let kept = sessions
            .entry(commit.session.clone())
            .or_insert_with(|| Kept::new(&commit.session));
        let version = kept.commit(&commit.id, after);
        Ok(Committed::New { version })
    }

    fn page(&self, query: &Query) -> Page {
        let sessions = self.sessions();
        let infos = sessions
            .range(query.prefix.clone()..)
            .take_while(|(id, _)| id.starts_with(&query.prefix))
            .filter(|(id, kept)| !kept.deleted && query.after.as_ref() < Some(id))
            .map(|(id, kept)| kept.info(id))
            .filter(|info| query.idle_since.is_none_or(|since| info.updated_at < since));
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        Page::cut(infos.take(limit.saturating_add(1)).collect(), query.limit)
    }

    fn bury(&self, id: &str) -> Result<bool, StoreError> {
        check_session_id(id)?;
        let mut sessions = self.sessions();
        let kept = sessions.get_mut(id).filter(|kept| !kept.deleted);
        Ok(kept.map(|kept| kept.delete(id)).is_some())
    }

    fn forget(&self, before: SystemTime) -> u64 {
        let mut sessions = self.sessions();
        let count = sessions.len();
        sessions.retain(|_, kept| kept.updated_at() >= before);
        for kept in sessions.values_mut() {
            kept.forget(before);
        }
        (count - sessions.len()) as u64
    }
}

impl Kept {
    fn new(id: &str) -> Self {
        Self {
            head: 0,
            deleted: false,
            states: BTreeMap::from([(0, Session::named(id))]),
            made_at: BTreeMap::new(),
            commit_ids: HashMap::new(),
        }
    }

    fn oldest(&self) -> u64 {
        self.states.keys().next().copied().unwrap_or(self.head)
    }

    fn updated_at(&self) -> SystemTime {
        let last = self.made_at.values().next_back();
        last.copied().unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn info(&self, id: &str) -> SessionInfo {
        SessionInfo {
            id: id.to_owned(),
            version: self.head,
            updated_at: self.updated_at(),
        }
    }

    fn commit(&mut self, id: &str, after: Session) -> u64 {
        self.advance(after);
        self.commit_ids.insert(id.to_owned(), self.head);
        self.deleted = false;
        self.head
    }

    fn delete(&mut self, id: &str) {
        self.states.clear();
        self.advance(Session::named(id));
        self.deleted = true;
    }

    fn advance(&mut self, session: Session) {
        self.head += 1;
        self.states.insert(self.head, session);
        self.made_at.insert(self.head, clock::wall());
    }

    fn forget(&mut self, before: SystemTime) {
        let older = self
            .made_at
            .iter()
            .filter(|(_, made_at)| **made_at < before);
        let Some(oldest) = older.map(|(version, _)| *version).next_back() else {
            return;
        };
        self.states = self.states.split_off(&oldest);
        self.made_at = self.made_at.split_off(&oldest);
        self.commit_ids.retain(|_, version| *version >= oldest);
    }
}

impl SessionStore for MemoryStore {
    fn load<'a>(
        &'a self,
        id: &'a str,
        at: Option<u64>,
    ) -> BoxFuture<'a, Result<Branch, StoreError>> {
        Box::pin(async move { self.branch(id, at) })
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        Box::pin(async move { self.write(commit) })
    }

    fn list<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, StoreError>> {
        Box::pin(async move { Ok(self.page(query)) })
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { self.bury(id) })
    }

    fn expire(&self, before: SystemTime) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move { Ok(self.forget(before)) })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("sessions", &self.sessions().len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_contract() {
        crate::testing::store_contract(&MemoryStore::new())
            .await
            .unwrap();
    }
}
