use std::collections::HashSet;

use super::error::SessionError;
use super::history::History;
use super::message::{Message, Role};
use super::usage::Usage;

/// What a conversation holds: messages and usage.
///
/// A [`Session`](super::Session) has a committed one. A transaction, a run and a fired synapse each own one of their
/// own, cloned from it and put back by one assignment. Every way to read or edit a conversation is written here, once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    history: History,
    usage: Usage,
    last_usage: Option<Usage>,
}

impl Draft {
    pub(super) fn restore(messages: Vec<Message>, usage: Usage, last_usage: Option<Usage>) -> Self {
        Self {
            history: messages.into_iter().collect(),
            usage,
            last_usage,
        }
    }

    /// Appends a turn and what it cost.
    pub(crate) fn append_turn(&mut self, turn: impl IntoIterator<Item = Message>, usage: Usage) {
        self.history.edit().extend(turn);
        self.usage += usage;
        self.last_usage = Some(usage);
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    pub(super) fn messages(&self) -> &[Message] {
        self.history.messages()
    }

    pub(super) fn len(&self) -> usize {
        self.history.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.history.is_empty()
    }

    pub(super) fn at(&self, index: usize) -> Result<&Message, SessionError> {
        let len = self.len();
        let message = self.messages().get(index);
        message.ok_or(SessionError::OutOfRange { index, len })
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    pub(super) fn last_usage(&self) -> Option<Usage> {
        self.last_usage
    }

    pub(super) fn append(&mut self, message: Message) {
        self.history.edit().push(message);
    }

    pub(super) fn insert(&mut self, index: usize, message: Message) -> Result<(), SessionError> {
        if index < self.len() {
            self.history.edit().insert(index, message);
        } else if index == self.len() {
            self.append(message);
        } else {
            self.at(index)?;
        }
        Ok(())
    }

    pub(super) fn replace(
        &mut self,
        index: usize,
        message: Message,
    ) -> Result<Message, SessionError> {
        let old = self.at(index)?.clone();
        if let Some(place) = self.history.edit().get_mut(index) {
            *place = message;
        }
        Ok(old)
    }

    pub(super) fn remove(&mut self, index: usize) -> Result<Message, SessionError> {
        self.at(index)?;
        Ok(self.history.edit().remove(index))
    }

    pub(super) fn prune(&mut self, count: usize) {
        self.truncate(self.len().saturating_sub(count), 0);
    }

    pub(super) fn prune_turns(&mut self, count: usize) {
        let spoken = self.messages().iter().map(Message::role).enumerate();
        let spoken: Vec<_> = spoken.filter(|(_, role)| *role != Role::System).collect();
        let turns = spoken.windows(2).filter_map(|pair| match pair {
            &[(user, Role::User), (answer, Role::Assistant)] => Some([user, answer]),
            _ => None,
        });
        let gone: HashSet<usize> = turns.rev().take(count).flatten().collect();
        let kept = self.messages().iter().enumerate();
        let kept = kept.filter(|(index, _)| !gone.contains(index));
        self.history = kept.map(|(_, message)| message.clone()).collect();
    }

    pub(super) fn truncate(&mut self, first: usize, last: usize) {
        let tail = self.len().saturating_sub(last);
        if first < tail {
            self.history.edit().drain(first..tail);
        }
    }

    pub(super) fn set_messages(&mut self, messages: impl IntoIterator<Item = Message>) {
        self.history = messages.into_iter().collect();
    }

    pub(super) fn clear(&mut self) {
        self.history = History::default();
    }

    /// Keeps what `keep` says yes to. The messages change after its last call, so that a panic in it changes nothing.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Message) -> bool) {
        let kept = self.messages().iter().filter(|message| keep(message));
        self.history = kept.cloned().collect();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

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
        let texts: Vec<_> = draft.messages().iter().map(Message::text).collect();
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
