//! How runs end: in a value or in one error, with a session that is whole or untouched.

use std::collections::BTreeMap;

use zyn::{Error, ErrorKind, Message, Report, Session};
use zyn_soak::name;

use super::logs::Logs;
use super::workflow::{Handled, UNTITLED};

/// How the runs ended.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) values: u64,
    pub(super) errors: BTreeMap<&'static str, u64>,
    pub(super) dropped: u64,
    pub(super) logs: Logs,
    /// Sessions that are neither whole nor untouched, errors that nothing here can cause, and budgets that have counted
    /// otherwise than the logs.
    pub(super) wrong: Vec<String>,
}

impl Ends {
    pub(super) fn add(&mut self, other: Self) {
        self.values += other.values;
        self.dropped += other.dropped;
        for (kind, count) in other.errors {
            *self.errors.entry(kind).or_default() += count;
        }
        self.logs.add(other.logs);
        self.wrong.extend(other.wrong);
    }

    pub(super) fn all(&self) -> u64 {
        self.values + self.dropped + self.errors.values().sum::<u64>()
    }

    pub(super) fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    pub(super) fn error(&mut self, error: &Error) {
        let kind = kind(error);
        *self.errors.entry(kind).or_default() += 1;
        self.expect(!kind.starts_with("another"), || format!("{error:#?}"));
    }

    pub(super) fn untouched(&mut self, session: &Session, before: &Session) {
        self.expect(session == before, || format!("touched: {session:?}"));
    }

    pub(super) fn whole(
        &mut self,
        session: &Session,
        before: &Session,
        report: &Report,
        run: &Handled,
    ) {
        let steps = report.steps.iter().filter(|step| step.error.is_none());
        let now = || session.messages().iter();
        let answers: Vec<_> = now().skip(before.len()).map(Message::text).collect();
        let says = |text: &str| answers.contains(&text);
        let tells = |text: &str| answers.iter().any(|answer| answer.contains(text));
        let is_whole = now().take(before.len()).eq(before.messages())
            && answers.len() == 2 * steps.count()
            && session.usage() == before.usage() + report.usage()
            && tells(&run.customer.name)
            && says(&run.reply)
            && (says(&run.title) || run.title == UNTITLED)
            && run.tags.tags.iter().all(|tag| tells(tag))
            && run.note.as_deref().is_none_or(says);
        self.expect(is_whole, || format!("not whole: {session:?}, {report:?}"));
    }
}

/// The kind of an error, in a few words.
fn kind(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Provider(error) => name(&error.kind),
        ErrorKind::Malformed { .. } => "malformed",
        ErrorKind::Invalid { .. } => "invalid",
        ErrorKind::CircuitOpen { .. } => "circuit open",
        ErrorKind::Shed(_) => "shed",
        ErrorKind::Budget(_) => "budget",
        ErrorKind::Deadline { .. } => "deadline",
        _ => "another error",
    }
}
