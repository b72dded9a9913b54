//! What both SQL stores write in a row, and how they read it.

use super::StoreError;
use crate::session::{Bill, Branch, Change, Draft, Session, Usage};

/// The version of the tables that this zyn makes and knows.
pub(super) const TABLES: i64 = 1;

/// How many sessions expire in one transaction: others wait while it runs.
pub(super) const BATCH: i64 = 100;

/// Refuses the tables of a newer zyn.
pub(super) fn check_tables(found: i64) -> Result<(), StoreError> {
    if found <= TABLES {
        return Ok(());
    }
    Err(StoreError::Newer {
        found: unsigned(found),
        known: unsigned(TABLES),
    })
}

/// SQL has no unsigned integers. No count here comes near the limit.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Refuses a change that is about more messages than the `len` that there are.
pub(super) fn check_fit(change: &Change, len: i64) -> Result<(), StoreError> {
    let len = usize::try_from(len).unwrap_or(0);
    Ok(change.check_fit(len)?)
}

/// A session as the query of `load` finds it, row by row.
pub(super) struct Found {
    pub(super) newest: i64,
    pub(super) oldest: i64,
    pub(super) usage: Option<String>,
    pub(super) last_usage: Option<String>,
    pub(super) messages: Vec<String>,
}

impl Found {
    /// The branch that leaves from it; `None` is an id that no commit has named.
    pub(super) fn branch(
        found: Option<Self>,
        id: &str,
        at: Option<u64>,
    ) -> Result<Branch, StoreError> {
        let (oldest, newest) = found.as_ref().map_or((0, 0), |found| {
            (unsigned(found.oldest), unsigned(found.newest))
        });
        let version = at.unwrap_or(newest);
        if version < oldest || version > newest {
            return Err(StoreError::NoSuchVersion {
                session: id.to_owned(),
                version,
                oldest,
                newest,
            });
        }
        let draft = found.map_or_else(|| Ok(Draft::default()), |found| found.draft());
        let draft = draft.map_err(|_| StoreError::Unreadable {
            session: id.to_owned(),
        })?;
        let mut session = Session::named(id);
        session.commit(draft);
        Ok(Branch::new(session, version))
    }

    fn draft(self) -> Result<Draft, serde_json::Error> {
        let messages = self.messages.iter();
        let messages: Result<_, _> = messages.map(|json| serde_json::from_str(json)).collect();
        let bill: Option<Bill> = self
            .usage
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        let last: Option<Usage> = self
            .last_usage
            .as_deref()
            .map(serde_json::from_str)
            .transpose()?;
        Ok(Draft::restore(messages?, bill.unwrap_or_default(), last))
    }
}

/// The JSON of messages or usage. It fails for no value that there can be.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::backend)
}

/// A change in the terms of the rows. Those from `at` to before `end` die; of them, those from `kept_from` on are
/// born again, `shift` places further on.
pub(super) struct Splice {
    pub(super) at: i64,
    pub(super) end: i64,
    pub(super) kept_from: i64,
    pub(super) shift: i64,
}

impl Splice {
    pub(super) fn new(change: &Change) -> Self {
        let at = signed(change.at as u64);
        let kept_from = at.saturating_add(signed(change.removed as u64));
        let shift =
            signed(change.inserted.len() as u64).saturating_sub(signed(change.removed as u64));
        Self {
            at,
            end: if shift == 0 { kept_from } else { i64::MAX },
            kept_from,
            shift,
        }
    }
}
