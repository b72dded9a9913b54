//! The real thing beside its plain model.

use std::ops::AddAssign;

use super::actor::{Actor, edit_transaction};
use super::ops::{Act, Edit, Op, Which};
use super::plain::{Plain, Spoken};
use crate::error::Error;
use crate::session::{Branch, Session, SharedSession};

pub(super) struct World {
    actor: Actor,
    session: (Session, Plain),
    forks: Vec<(Session, Plain)>,
    stored: Vec<(String, Plain)>,
    shared: (SharedSession, Plain, u64),
    branches: Vec<(Branch, Plain)>,
    pub(super) met: Met,
}

/// What the cases came to, so that a test that does nothing does not pass.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Met {
    fires: u64,
    turns: u64,
    merges: u64,
    refused_merges: u64,
    commits: u64,
    conflicts: u64,
    restores: u64,
}

impl AddAssign for Met {
    fn add_assign(&mut self, other: Self) {
        self.fires += other.fires;
        self.turns += other.turns;
        self.merges += other.merges;
        self.refused_merges += other.refused_merges;
        self.commits += other.commits;
        self.conflicts += other.conflicts;
        self.restores += other.restores;
    }
}

impl AddAssign<(u64, u64)> for Met {
    fn add_assign(&mut self, (fires, turns): (u64, u64)) {
        self.fires += fires;
        self.turns += turns;
    }
}

impl Met {
    pub(super) fn enough(&self) {
        let all = [
            self.fires,
            self.turns,
            self.merges,
            self.refused_merges,
            self.commits,
            self.conflicts,
            self.restores,
        ];
        assert!(all.iter().all(|count| *count > 5_000), "{self:?}");
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            actor: Actor::default(),
            session: (Session::named("model"), Plain::default()),
            forks: Vec::new(),
            stored: Vec::new(),
            shared: (
                SharedSession::new(Session::named("shared")),
                Plain::default(),
                0,
            ),
            branches: Vec::new(),
            met: Met::default(),
        }
    }
}

fn agree(session: &Session, plain: &Plain) {
    let spoken = session.messages().iter().map(Spoken::of);
    assert!(
        spoken.eq(plain.messages.iter().cloned()),
        "{session:?} {plain:?}"
    );
    assert_eq!(session.len(), plain.messages.len());
    assert_eq!(session.is_empty(), plain.messages.is_empty());
    assert_eq!(session.usage().total(), plain.usage);
    assert_eq!(session.last_usage().map(|it| it.total()), plain.last_usage);
}

/// Which of `len` a byte means.
fn which(which: Which, len: usize) -> Option<usize> {
    usize::from(which).checked_rem(len)
}

impl World {
    pub(super) async fn apply(&mut self, op: &Op) {
        match op {
            Op::Session(act) => {
                let (session, plain) = &mut self.session;
                self.met += self.actor.act((session, plain), act).await;
            }
            Op::Fork => {
                keep_three(
                    &mut self.forks,
                    (self.session.0.fork(), self.session.1.fork()),
                );
            }
            Op::OnFork(fork, act) => {
                if let Some(fork) = which(*fork, self.forks.len()) {
                    let (session, plain) = &mut self.forks[fork];
                    self.met += self.actor.act((session, plain), act).await;
                }
            }
            Op::Merge(forks) => self.merge(forks),
            Op::Transaction(edits, inner, kept, commit) => {
                self.transaction(edits, inner, *kept, *commit);
            }
            Op::Store => {
                let (session, plain) = &self.session;
                let stored = serde_json::to_string(session).unwrap();
                keep_three(&mut self.stored, (stored, plain.clone()));
            }
            Op::Restore(stored) => {
                if let Some(stored) = which(*stored, self.stored.len()) {
                    let (stored, plain) = &self.stored[stored];
                    self.session = (serde_json::from_str(stored).unwrap(), plain.clone());
                    self.met.restores += 1;
                }
            }
            Op::Shared(acts, well) => self.shared(acts, *well).await,
            Op::Branch => {
                let branch = (self.shared.0.branch(), self.shared.1.clone());
                assert_eq!(branch.0.version(), self.shared.2);
                keep_three(&mut self.branches, branch);
            }
            Op::OnBranch(branch, act) => {
                if let Some(branch) = which(*branch, self.branches.len()) {
                    let (branch, plain) = &mut self.branches[branch];
                    let session = &mut branch.session;
                    self.met += self.actor.act((session, plain), act).await;
                }
            }
            Op::Commit(branch) => self.commit(*branch),
        }
        agree(&self.session.0, &self.session.1);
    }

    fn merge(&mut self, forks: &[Which]) {
        let forks = forks.iter().filter_map(|it| which(*it, self.forks.len()));
        let (sessions, plains): (Vec<_>, Vec<_>) = forks.map(|it| self.forks[it].clone()).unzip();
        let outcome = self.session.0.merge(sessions);
        assert_eq!(outcome, self.session.1.merge(&plains));
        self.met.merges += u64::from(outcome.is_ok() && !plains.is_empty());
        self.met.refused_merges += u64::from(outcome.is_err());
    }

    fn transaction(&mut self, edits: &[Edit], inner: &[Edit], kept: bool, commit: bool) {
        let (session, plain) = &mut self.session;
        let (mut tx, mut tx_plain) = (session.begin(), plain.clone());
        for edit in edits {
            assert_eq!(edit_transaction(&mut tx, edit), tx_plain.edit(edit));
        }
        let (mut savepoint, mut inner_plain) = (tx.savepoint(), tx_plain.clone());
        for edit in inner {
            assert_eq!(
                edit_transaction(&mut savepoint, edit),
                inner_plain.edit(edit)
            );
        }
        if kept {
            savepoint.commit();
            tx_plain = inner_plain;
        } else {
            drop(savepoint);
        }
        assert!(
            tx.messages()
                .iter()
                .map(Spoken::of)
                .eq(tx_plain.messages.iter().cloned())
        );
        if commit {
            tx.commit();
            *plain = tx_plain;
        }
    }

    async fn shared(&mut self, acts: &[Act], well: bool) {
        let (shared, plain, version) = &mut self.shared;
        let mut then = plain.clone();
        let mut met = Met::default();
        let work = async |session: &mut Session| {
            for act in acts {
                met += self.actor.act((session, &mut then), act).await;
            }
            match session.at(usize::MAX) {
                Err(error) if !well => Err(Error::from(error)),
                _ => Ok(()),
            }
        };
        assert_eq!(shared.transaction(work).await.is_ok(), well);
        if well {
            *plain = then;
            *version += 1;
        }
        agree(&shared.snapshot(), plain);
        assert_eq!(shared.version(), *version);
        self.met += met;
    }

    fn commit(&mut self, branch: Which) {
        let Some(branch) = which(branch, self.branches.len()) else {
            return;
        };
        let (shared, plain, version) = &mut self.shared;
        let (branch, branch_plain) = &mut self.branches[branch];
        let left_from = branch.version();
        match shared.commit(branch) {
            Ok(new) => {
                assert_eq!(left_from, *version);
                *version += 1;
                assert_eq!((new, branch.version()), (*version, *version));
                plain.clone_from(branch_plain);
                self.met.commits += 1;
            }
            Err(conflict) => {
                assert_ne!(left_from, *version);
                assert_eq!((conflict.expected, conflict.found), (left_from, *version));
                self.met.conflicts += 1;
            }
        }
        agree(&shared.snapshot(), plain);
        agree(&branch.session, branch_plain);
    }

    /// Whether all that stood aside is still what it was.
    pub(super) fn agrees(&self) {
        for (fork, plain) in &self.forks {
            agree(fork, plain);
        }
        for (stored, plain) in &self.stored {
            agree(&serde_json::from_str(stored).unwrap(), plain);
        }
        for (branch, plain) in &self.branches {
            agree(&branch.session, plain);
        }
        agree(&self.shared.0.snapshot(), &self.shared.1);
        assert_eq!(self.shared.0.version(), self.shared.2);
    }
}

fn keep_three<T>(kept: &mut Vec<T>, new: T) {
    if kept.len() == 3 {
        kept.remove(0);
    }
    kept.push(new);
}
