use std::fmt;
use std::sync::Arc;

use super::message::Message;

/// The messages of a conversation, in order. A clone is a reference: it costs the same however many there are.
///
/// # Examples
///
/// ```
/// use zyn::{History, Message};
///
/// let history: History = [Message::user("Hello")].into_iter().collect();
/// assert_eq!(history.messages(), [Message::user("Hello")]);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct History(Arc<Vec<Message>>);

impl History {
    /// The messages, oldest first.
    pub fn messages(&self) -> &[Message] {
        &self.0
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages, to be changed. If they are shared, the references to them are copied first, never their texts.
    pub(super) fn edit(&mut self) -> &mut Vec<Message> {
        Arc::make_mut(&mut self.0)
    }
}

impl FromIterator<Message> for History {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        Self(Arc::new(messages.into_iter().collect()))
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.messages()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_copies_no_message() {
        let history: History = [Message::user("a")].into_iter().collect();
        let clone = history.clone();
        assert!(Arc::ptr_eq(&history.0, &clone.0));
    }

    #[test]
    fn an_edit_copies_no_text_and_leaves_clones_as_they_were() {
        let history: History = [Message::user("a")].into_iter().collect();
        let mut longer = history.clone();
        longer.edit().push(Message::assistant("b"));
        assert_eq!((history.len(), longer.len()), (1, 2));
        let texts = [&history, &longer].map(|h| h.messages()[0].text().as_ptr());
        assert_eq!(texts[0], texts[1]);
    }

    #[test]
    fn an_edit_of_an_unshared_history_copies_nothing() {
        let mut history: History = [Message::user("a")].into_iter().collect();
        let before = Arc::as_ptr(&history.0);
        history.edit().push(Message::assistant("b"));
        assert_eq!(Arc::as_ptr(&history.0), before);
    }
}
