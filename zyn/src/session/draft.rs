use std::sync::Arc;

use super::Session;
use super::bill::Bill;
use super::error::SessionError;
use super::history::History;
use super::message::Message;
use super::turns::turns;
use super::usage::Usage;
use super::window::Windowed;

/// What a conversation holds: messages and usage.
///
/// A [`Session`](super::Session) has a committed one. A transaction, a run and a fired synapse each own one of their
/// own, cloned from it and put back by one assignment. Every way to read or edit a conversation is written here, once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    history: History,
    bill: Bill,
    last_usage: Option<Usage>,
}

impl Draft {
    pub(super) fn restore(history: History, bill: Bill, last_usage: Option<Usage>) -> Self {
        Self {
            history,
            bill,
            last_usage,
        }
    }

    /// Appends a turn and what it cost, if that is known.
    pub(crate) fn append_turn(
        &mut self,
        turn: impl IntoIterator<Item = Message>,
        usage: impl Into<Option<Usage>>,
    ) {
        let turn: Vec<Message> = turn.into_iter().collect();
        self.last_usage = usage.into();
        let asked = turn.iter().find_map(Message::asked_by);
        if asked.is_some() || self.last_usage.is_some() {
            self.bill.add_answer(asked, self.last_usage);
        }
        self.history.append(turn);
    }

    /// Takes up what an answer cost that is not kept.
    pub(crate) fn charge(&mut self, asked: Option<&Arc<str>>, usage: Option<Usage>) {
        self.bill.add_answer(asked, usage);
    }

    /// Does to the messages what a window did before a request, and takes up what its summary cost.
    pub(crate) fn apply(&mut self, windowed: &Windowed) {
        self.history = windowed.apply(&self.history);
        if let Some(summary) = &windowed.summary {
            self.bill.add_answer(summary.asked(), summary.usage);
        }
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn len(&self) -> usize {
        self.history.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.history.is_empty()
    }

    pub(super) fn at(&self, index: usize) -> Result<&Message, SessionError> {
        let len = self.len();
        let message = self.history.get(index);
        message.ok_or(SessionError::OutOfRange { index, len })
    }

    pub(super) fn bill(&self) -> &Bill {
        &self.bill
    }

    pub(super) fn usage(&self) -> Usage {
        self.bill.usage()
    }

    /// What it has cost on top of `session`, which it began as.
    pub(crate) fn added_to(&self, session: &Session) -> Usage {
        self.usage().since(session.usage()).unwrap_or_default()
    }

    pub(super) fn last_usage(&self) -> Option<Usage> {
        self.last_usage
    }

    pub(crate) fn append(&mut self, message: Message) {
        self.history.append([message]);
    }

    pub(super) fn insert(&mut self, index: usize, message: Message) -> Result<(), SessionError> {
        if index > self.len() {
            self.at(index)?;
        }
        self.history.splice(index, 0, [message]);
        Ok(())
    }

    pub(super) fn replace(
        &mut self,
        index: usize,
        message: Message,
    ) -> Result<Message, SessionError> {
        let old = self.at(index)?.clone();
        self.history.splice(index, 1, [message]);
        Ok(old)
    }

    pub(super) fn remove(&mut self, index: usize) -> Result<Message, SessionError> {
        let old = self.at(index)?.clone();
        self.history.splice(index, 1, []);
        Ok(old)
    }

    pub(super) fn prune(&mut self, count: usize) {
        self.history = self.history.first(self.len().saturating_sub(count));
    }

    pub(super) fn prune_turns(&mut self, count: usize) {
        let turns = turns(&self.history);
        let gone = turns.iter().rev().take(count);
        let gone: Vec<usize> = gone.rev().flat_map(|it| [it.user, it.answer]).collect();
        let kept = self.history.iter().enumerate();
        let kept = kept.filter(|(place, _)| gone.binary_search(place).is_err());
        self.history = kept.map(|(_, message)| message.clone()).collect();
    }

    pub(super) fn truncate(&mut self, first: usize, last: usize) {
        let tail = self.len().saturating_sub(last);
        if first < tail {
            self.history.splice(first, tail - first, []);
        }
    }

    pub(super) fn set_messages(&mut self, messages: impl IntoIterator<Item = Message>) {
        self.history = messages.into_iter().collect();
    }

    /// Adds what each of `forks` has added to its base, in the order given. Each base must be this.
    pub(crate) fn merge(
        &mut self,
        forks: impl IntoIterator<Item = (Draft, Draft)>,
    ) -> Result<(), SessionError> {
        let mut merged = self.clone();
        for (index, (base, fork)) in forks.into_iter().enumerate() {
            let (len, shared) = (
                self.len(),
                self.history.shared_start(&fork.history, Message::eq),
            );
            let added = base == *self && shared == len;
            let spent = fork.bill.since(&self.bill).filter(|_| added);
            let spent = spent.ok_or(SessionError::NotAFork { index, shared, len })?;
            merged
                .history
                .append(fork.history.iter().skip(len).cloned());
            merged.bill.add_all(&spent);
            let mut added = fork.history.iter().skip(len);
            if fork.last_usage != self.last_usage || added.any(|it| it.asked_by().is_some()) {
                merged.last_usage = fork.last_usage;
            }
        }
        *self = merged;
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.history = History::default();
    }

    /// Keeps what `keep` says yes to. The messages change after its last call, so that a panic in it changes nothing.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Message) -> bool) {
        let kept = self.history.iter().filter(|message| keep(message));
        self.history = kept.cloned().collect();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::session::Role;

    /// One message per letter: `s`ystem, `u`ser, `a`ssistant. Its text is its letter and its place.
    fn draft(letters: &str) -> Draft {
        let mut draft = Draft::default();
        draft.set_messages(letters.chars().enumerate().map(|(i, letter)| {
            let text = format!("{letter}{i}");
            match letter {
                's' => Message::system(text),
                'u' => Message::user(text),
                _ => Message::assistant(text),
            }
        }));
        draft
    }

    fn texts(draft: &Draft) -> String {
        let texts: Vec<_> = draft.history().iter().map(Message::text).collect();
        texts.join(" ")
    }

    fn edited(letters: &str, edit: impl FnOnce(&mut Draft)) -> String {
        let mut draft = draft(letters);
        edit(&mut draft);
        texts(&draft)
    }

    #[test]
    fn every_index_out_of_range_is_an_error_and_changes_nothing() {
        let mut draft = draft("ua");
        let error = |index| SessionError::OutOfRange { index, len: 2 };
        assert_eq!(draft.at(2), Err(error(2)));
        assert_eq!(draft.insert(3, Message::user("x")), Err(error(3)));
        assert_eq!(draft.replace(2, Message::user("x")), Err(error(2)));
        assert_eq!(draft.remove(usize::MAX), Err(error(usize::MAX)));
        assert_eq!(texts(&draft), "u0 a1");
    }

    #[test]
    fn an_insertion_goes_before_the_message_at_its_index() {
        let at = |index| edited("ua", |d| d.insert(index, Message::system("x")).unwrap());
        assert_eq!([at(0), at(1), at(2)], ["x u0 a1", "u0 x a1", "u0 a1 x"]);
    }

    #[test]
    fn replace_and_remove_hand_back_the_old_message() {
        let mut draft = draft("uau");
        let old = draft.replace(1, Message::assistant("x")).unwrap();
        assert_eq!(old.text(), "a1");
        assert_eq!(draft.remove(0).unwrap().text(), "u0");
        assert_eq!(texts(&draft), "x u2");
    }

    #[test]
    fn prune_drops_the_newest_messages_and_clamps() {
        let by = |count| edited("suaua", |d| d.prune(count));
        assert_eq!([by(0), by(2)], ["s0 u1 a2 u3 a4", "s0 u1 a2"]);
        assert_eq!([by(5), by(usize::MAX)], ["", ""]);
    }

    #[test]
    fn prune_turns_drops_the_newest_exchanges_and_clamps() {
        let by = |count| edited("suaua", |d| d.prune_turns(count));
        assert_eq!([by(0), by(1)], ["s0 u1 a2 u3 a4", "s0 u1 a2"]);
        assert_eq!([by(2), by(usize::MAX)], ["s0", "s0"]);
    }

    #[test]
    fn prune_turns_spares_what_is_not_part_of_an_exchange() {
        let one = |letters| edited(letters, |d| d.prune_turns(1));
        assert_eq!(one("uasu"), "s2 u3");
        assert_eq!(one("usas"), "s1 s3");
        assert_eq!(one("auu"), "a0 u1 u2");
        assert_eq!(one("uuaa"), "u0 a3");
    }

    #[test]
    fn truncate_drops_the_middle_and_clamps() {
        let to = |first, last| edited("suaua", |d| d.truncate(first, last));
        assert_eq!(to(1, 2), "s0 u3 a4");
        assert_eq!(to(2, 0), "s0 u1");
        assert_eq!(to(0, 2), "u3 a4");
        assert_eq!(to(0, 0), "");
        for (first, last) in [(3, 2), (5, 0), (0, 9), (usize::MAX, usize::MAX)] {
            assert_eq!(to(first, last), "s0 u1 a2 u3 a4");
        }
    }

    #[test]
    fn retain_keeps_what_the_predicate_says_yes_to() {
        let kept = edited("suaua", |d| d.retain(|m| m.role() == Role::User));
        assert_eq!(kept, "u1 u3");
    }

    #[test]
    fn edits_do_not_lower_usage() {
        let mut draft = Draft::default();
        draft.append_turn(
            [Message::user("u"), Message::assistant("a")],
            Usage::new(3, 2),
        );
        draft.append_turn(
            [Message::user("u"), Message::assistant("a")],
            Usage::new(5, 1),
        );
        draft.remove(0).unwrap();
        draft.prune_turns(1);
        draft.set_messages([]);
        draft.clear();
        assert_eq!(draft.usage(), Usage::new(8, 3));
        assert_eq!(draft.last_usage(), Some(Usage::new(5, 1)));
    }

    #[test]
    fn a_panic_in_a_caller_s_code_changes_nothing() {
        let mut draft = draft("ua");
        let mut calls = 0;
        let retained = catch_unwind(AssertUnwindSafe(|| {
            draft.retain(|_| {
                calls += 1;
                assert!(calls < 2, "a predicate panics");
                false
            });
        }));
        let replaced = catch_unwind(AssertUnwindSafe(|| {
            draft.set_messages(std::iter::from_fn(|| panic!("an iterator panics")));
        }));
        assert!(retained.is_err() && replaced.is_err());
        assert_eq!(texts(&draft), "u0 a1");
    }
}
