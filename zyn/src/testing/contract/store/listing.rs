use std::time::Duration;

use super::{Found, fresh, said, same};
use crate::store::{Query, SessionInfo, SessionStore};

pub(super) async fn a_list_has_the_sessions_with_the_prefix_in_order(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let prefix = fresh() + "%_";
    // by bytes: capitals before small letters, `é` after both
    let wanted = ["", "A", "B", "a", "b", "é"].map(|tail| format!("{prefix}{tail}"));
    for id in wanted.iter().rev() {
        said(store, id, "hello").await?;
    }
    // would match if `%` and `_` were wildcards
    said(store, &prefix.replace("%_", "xx"), "hello").await?;
    let page = store.list(&Query::new().prefix(&*prefix)).await?;
    same("the versions", versions(&page.sessions), [1; 6])?;
    same("the next page", page.next, None::<String>)?;
    same("the ids", ids(page.sessions), wanted)
}

pub(super) async fn pages_hold_every_session_once(store: &dyn SessionStore) -> Result<(), Found> {
    let prefix = fresh();
    let wanted: Vec<_> = (0..7).map(|n| format!("{prefix}{n}")).collect();
    for id in &wanted {
        said(store, id, "hello").await?;
    }
    for limit in [1, 3, 7, 100] {
        let mut query = Query::new().prefix(&*prefix).limit(limit);
        let mut found = Vec::new();
        loop {
            let page = store.list(&query).await?;
            let size = page.sessions.len() as u64;
            if size > u64::from(limit) || size == 0 {
                return Err(Found(format!("{size} sessions on a page of {limit}")));
            }
            found.extend(ids(page.sessions));
            let Some(next) = page.next else { break };
            query = query.after(next);
        }
        same("the ids of all pages", found, &*wanted)?;
    }
    Ok(())
}

pub(super) async fn a_list_tells_which_sessions_are_idle(
    store: &dyn SessionStore,
) -> Result<(), Found> {
    let prefix = fresh();
    let query = Query::new().prefix(&*prefix);
    let (old, new) = (format!("{prefix}old"), format!("{prefix}new"));
    said(store, &new, "hello").await?;
    said(store, &old, "hello").await?;
    pause().await;
    said(store, &new, "hello again").await?;
    let all = store.list(&query).await?.sessions;
    let newest = all.iter().map(|info| info.updated_at).max();
    let Some(newest) = newest else {
        return Err(Found("an empty list".to_owned()));
    };
    let idle = store.list(&query.idle_since(newest)).await?;
    same("the idle ones", ids(idle.sessions), [old])
}

/// Long enough for the coarsest clock that a store may have.
pub(super) async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

fn ids(sessions: Vec<SessionInfo>) -> Vec<String> {
    sessions.into_iter().map(|info| info.id).collect()
}

fn versions(sessions: &[SessionInfo]) -> Vec<u64> {
    sessions.iter().map(|info| info.version).collect()
}
