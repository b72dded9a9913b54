use std::time::SystemTime;

/// Which sessions to list, and how many at a time.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zyn::Error> {
/// use zyn::Message;
/// use zyn::store::{MemoryStore, Query, SessionStore};
///
/// let store = MemoryStore::new();
/// for id in ["ada/1", "ada/2", "eve/1"] {
///     let mut branch = store.load(id, None).await?;
///     branch.session.append(Message::user("Hello"));
///     branch.commit_to(&store).await?;
/// }
///
/// let mut query = Query::new().prefix("ada/").limit(1);
/// let mut ids = Vec::new();
/// loop {
///     let page = store.list(&query).await?;
///     ids.extend(page.sessions.into_iter().map(|session| session.id));
///     let Some(last) = page.next else { break };
///     query = query.after(last);
/// }
/// assert_eq!(ids, ["ada/1", "ada/2"]);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// Only ids that begin with this.
    pub prefix: String,
    /// Only sessions whose last commit is older than this.
    pub idle_since: Option<SystemTime>,
    /// Only ids after this one.
    pub after: Option<String>,
    /// How many at most on a page; at least 1.
    pub limit: u32,
}

impl Query {
    /// All sessions, 100 to a page.
    pub fn new() -> Self {
        Self {
            prefix: String::new(),
            idle_since: None,
            after: None,
            limit: 100,
        }
    }

    /// Only ids that begin with `prefix`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Only sessions whose last commit is older than `instant`.
    #[must_use]
    pub fn idle_since(mut self, instant: SystemTime) -> Self {
        self.idle_since = Some(instant);
        self
    }

    /// Only ids after `id`: the [`next`](Page::next) of the page before.
    #[must_use]
    pub fn after(mut self, id: impl Into<String>) -> Self {
        self.after = Some(id.into());
        self
    }

    /// At most `count` sessions on a page, from 1 on.
    #[must_use]
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = count.max(1);
        self
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::new()
    }
}

/// Some of the sessions of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The sessions, by id in the order of its bytes.
    pub sessions: Vec<SessionInfo>,
    /// Where the next page begins, for [`Query::after`]; `None` if this is the last.
    pub next: Option<String>,
}

impl Page {
    /// The page that begins with `found`, which may hold one session more than `limit`: the sign that there is a next.
    pub(super) fn cut(mut found: Vec<SessionInfo>, limit: u32) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| last.id.clone());
        Self {
            sessions: found,
            next,
        }
    }
}

/// What a store says of a session without loading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// When its last commit was, by the store's clock.
    pub updated_at: SystemTime,
}
