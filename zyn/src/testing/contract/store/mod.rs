//! What every session store promises.

mod commits;
mod concurrent;
mod ids;
mod lifetime;
mod listing;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use super::{BrokenContract, Found, hold, rules, same, together};
use crate::provider::BoxFuture;
use crate::session::Session;
use crate::store::{SessionStore, StoreError};
use crate::{Branch, Message, Usage};

/// Holds `store` to what [`SessionStore`] promises.
///
/// For stores of your own, in your tests. **Give it a store that holds nothing else**: one of the rules is that
/// [`expire`](SessionStore::expire) drops what is old. It takes a second or two, and waits by tokio's clock, which must
/// not be paused.
///
/// # Errors
///
/// [`BrokenContract`] with every rule that the store does not keep, and what it did instead.
///
/// # Examples
///
/// ```
/// use zyn::store::MemoryStore;
/// use zyn::testing::store_contract;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// store_contract(&MemoryStore::new()).await.unwrap();
/// # }
/// ```
pub async fn store_contract(store: &dyn SessionStore) -> Result<(), BrokenContract> {
    let rules = RULES.iter().map(|(rule, holds)| (*rule, holds(store)));
    hold("store", rules, LONGEST).await
}

/// How long one rule may take.
const LONGEST: Duration = Duration::from_secs(60);

type Rule = for<'s> fn(&'s dyn SessionStore) -> BoxFuture<'s, Result<(), Found>>;

const RULES: &[(&str, Rule)] = rules! {
    commits:
        an_id_that_no_commit_has_named_is_empty_and_leaves_no_trace,
        a_commit_is_the_next_version_and_reads_back_equal,
        any_text_is_an_id_and_any_text_is_a_message,
        a_commit_on_another_version_is_a_conflict_and_writes_nothing,
        a_repeated_commit_is_told_its_version_and_writes_nothing,
        a_commit_that_was_refused_may_come_again_under_its_id,
        a_commit_id_belongs_to_one_session,
        a_change_that_does_not_fit_is_refused_and_writes_nothing;
    ids:
        ids_of_1024_bytes_are_kept,
        an_id_that_can_be_none_is_refused_and_writes_nothing;
    versions:
        every_version_stays_as_it_was,
        a_version_that_never_was_is_an_error;
    concurrent:
        writers_at_the_same_time_lose_nothing,
        a_commit_sent_many_times_at_once_is_written_once,
        a_reader_never_sees_half_a_commit,
        deletion_beside_commits_leaves_whole_sessions,
        expiry_beside_commits_leaves_whole_sessions;
    listing:
        a_list_has_the_sessions_with_the_prefix_in_order,
        pages_hold_every_session_once,
        a_list_tells_which_sessions_are_idle;
    lifetime:
        a_deleted_session_counts_on_and_is_empty,
        no_old_writer_brings_a_deleted_session_back,
        what_is_idle_expires_and_what_is_in_use_stays,
        what_expired_is_as_if_it_had_never_been;
};

impl From<StoreError> for Found {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What two sessions can differ in, beyond what makes them equal.
fn same_session(what: &str, found: &Session, wanted: &Session) -> Result<(), Found> {
    same(what, found, wanted)?;
    same(what, found.last_usage(), wanted.last_usage())?;
    same(what, found.bill(), wanted.bill())?;
    let usages = |session: &Session| session.messages().iter().map(Message::usage).collect();
    let (found, wanted): (Vec<_>, Vec<_>) = (usages(found), usages(wanted));
    same(what, found, wanted)
}

/// An id that no other rule or run has used.
fn fresh() -> String {
    Session::new().id().to_owned()
}

/// A turn that was paid for, on a branch.
fn say(branch: &mut Branch, text: &str) {
    let usage = Usage::new(text.len() as u64, 1);
    let turn = [
        Message::user(text),
        Message::answer(text.to_uppercase(), &Arc::from("a-model"), Some(usage)),
    ];
    let mut draft = branch.session.draft();
    draft.append_turn(turn, usage);
    branch.session.commit(draft);
}

/// Loads the session called `id`, says `text` and commits.
async fn said(store: &dyn SessionStore, id: &str, text: &str) -> Result<Branch, Found> {
    let mut branch = store.load(id, None).await?;
    say(&mut branch, text);
    branch.commit_to(store).await?;
    Ok(branch)
}

#[cfg(test)]
mod tests;
