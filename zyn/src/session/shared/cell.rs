//! What a shared conversation holds, and the one place where it changes.

use std::sync::{Mutex, PoisonError};

use crate::session::{Conflict, Session};

/// The committed state. Nothing of a user's runs under the lock, nothing is awaited, and no history is dropped.
pub(super) struct Cell(Mutex<State>);

pub(super) struct State {
    pub(super) session: Session,
    pub(super) version: u64,
}

impl Cell {
    pub(super) fn new(session: Session) -> Self {
        Self(Mutex::new(State {
            session,
            version: 0,
        }))
    }

    pub(super) fn load(&self) -> (Session, u64) {
        self.locked(|state| (state.session.clone(), state.version))
    }

    pub(super) fn version(&self) -> u64 {
        self.locked(|state| state.version)
    }

    /// Makes `session` the state if the version is still `expected`, and gives the new version.
    pub(super) fn replace(&self, expected: u64, mut session: Session) -> Result<u64, Conflict> {
        // the old state leaves in `session` and is dropped after the lock
        self.locked(|state| {
            let found = state.version;
            if found != expected {
                return Err(Conflict { expected, found });
            }
            std::mem::swap(&mut state.session, &mut session);
            state.version = found.saturating_add(1);
            Ok(state.version)
        })
    }

    pub(super) fn locked<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        switch();
        let result = act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        switch();
        result
    }
}

/// Where another task may come in between: in a test that goes through schedules, it does.
fn switch() {
    #[cfg(test)]
    super::schedules::switch();
}
