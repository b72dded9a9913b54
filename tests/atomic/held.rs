//! A conversation in one of the modes of sharing.

use zyn::prelude::*;
use zyn::{Error, SharedSession};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    Exclusive,
    Transaction,
    Branch,
}

pub(crate) struct Held {
    mode: Mode,
    session: Session,
    shared: SharedSession,
}

impl Held {
    pub(crate) fn new(mode: Mode, session: &Session) -> Self {
        Self {
            mode,
            session: session.clone(),
            shared: SharedSession::new(session.clone()),
        }
    }

    /// Changes it in its mode.
    pub(crate) async fn change<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.mode {
            Mode::Exclusive => work(&mut self.session).await,
            Mode::Transaction => self.shared.transaction(work).await,
            Mode::Branch => {
                let mut branch = self.shared.branch();
                let value = work(&mut branch.session).await?;
                self.shared.commit(&mut branch)?;
                Ok(value)
            }
        }
    }

    /// What everybody sees of it.
    pub(crate) fn now(&self) -> Session {
        match self.mode {
            Mode::Exclusive => self.session.clone(),
            Mode::Transaction | Mode::Branch => self.shared.snapshot(),
        }
    }
}

/// Whether it is the very same history: each message at the same place in memory, and nothing more.
pub(crate) fn is_same(now: &Session, before: &Session) -> bool {
    let (now_at, before_at) = (now.messages().iter(), before.messages().iter());
    let same = now_at
        .zip(before_at)
        .all(|(one, other)| std::ptr::eq(one, other));
    same && now == before && now.last_usage() == before.last_usage()
}
