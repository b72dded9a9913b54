/// Gives a type that holds a draft the reading and editing of a conversation.
///
/// `Session` and `Transaction` offer the same, and say so in the same words.
macro_rules! reading_and_editing {
    ($type:ty, $draft:ident) => {
        impl $type {
            /// The messages, oldest first.
            pub fn messages(&self) -> &[Message] {
                self.$draft.messages()
            }

            /// How many messages there are.
            pub fn len(&self) -> usize {
                self.$draft.len()
            }

            /// Whether there are no messages.
            pub fn is_empty(&self) -> bool {
                self.$draft.is_empty()
            }

            /// The message at `index`.
            ///
            /// # Errors
            ///
            /// [`SessionError::OutOfRange`] if there is none.
            ///
            /// # Examples
            ///
            /// ```
            /// use zyn::Session;
            ///
            /// let error = Session::new().at(3).unwrap_err();
            /// assert_eq!(
            ///     error.to_string(),
            ///     "no message at index 3: the session has 0; nothing was changed",
            /// );
            /// ```
            pub fn at(&self, index: usize) -> Result<&Message, SessionError> {
                self.$draft.at(index)
            }

            /// What all turns that were ever committed have cost. No edit lowers it.
            pub fn usage(&self) -> Usage {
                self.$draft.usage()
            }

            /// What the last committed turn has cost; `None` before the first.
            pub fn last_usage(&self) -> Option<Usage> {
                self.$draft.last_usage()
            }

            /// Adds a message at the end.
            pub fn append(&mut self, message: Message) {
                self.$draft.append(message);
            }

            /// Inserts a message before the one at `index`, or at the end if `index` is the length.
            ///
            /// # Errors
            ///
            /// [`SessionError::OutOfRange`] if `index` is beyond the length; nothing is changed.
            ///
            /// # Examples
            ///
            /// ```
            /// use zyn::{Message, Session};
            ///
            /// let mut session = Session::new();
            /// session.append(Message::user("Where is my parcel?"));
            /// session.insert(0, Message::system("Be brief."))?;
            /// assert_eq!(session.at(0)?.text(), "Be brief.");
            /// # Ok::<(), zyn::SessionError>(())
            /// ```
            pub fn insert(&mut self, index: usize, message: Message) -> Result<(), SessionError> {
                self.$draft.insert(index, message)
            }

            /// Puts a message in the place of the one at `index` and returns the old one.
            ///
            /// # Errors
            ///
            /// [`SessionError::OutOfRange`] if there is no such message; nothing is changed.
            pub fn replace(
                &mut self,
                index: usize,
                message: Message,
            ) -> Result<Message, SessionError> {
                self.$draft.replace(index, message)
            }

            /// Removes the message at `index` and returns it.
            ///
            /// # Errors
            ///
            /// [`SessionError::OutOfRange`] if there is no such message; nothing is changed.
            pub fn remove(&mut self, index: usize) -> Result<Message, SessionError> {
                self.$draft.remove(index)
            }

            /// Drops the last `count` messages, or all if there are fewer.
            ///
            /// It takes the newest, whatever their role; [`prune_turns`](Self::prune_turns) tears no exchange.
            pub fn prune(&mut self, count: usize) {
                self.$draft.prune(count);
            }

            /// Drops the last `count` exchanges, or all if there are fewer.
            ///
            /// An exchange is a user's message and the answer that follows it. System messages stay, also between the
            /// two, and so does a message that is no part of an exchange.
            ///
            /// # Examples
            ///
            /// ```
            /// use zyn::{Message, Session};
            ///
            /// let mut session = Session::new();
            /// session.append(Message::system("Be brief."));
            /// session.append(Message::user("Where is my parcel?"));
            /// session.append(Message::assistant("On its way."));
            /// session.prune_turns(9);
            /// assert_eq!(session.messages(), [Message::system("Be brief.")]);
            /// ```
            pub fn prune_turns(&mut self, count: usize) {
                self.$draft.prune_turns(count);
            }

            /// Keeps the first `first` and the last `last` messages and drops those between.
            ///
            /// If that is all of them or more, nothing changes.
            ///
            /// # Examples
            ///
            /// ```
            /// use zyn::{Message, Session};
            ///
            /// let mut session = Session::new();
            /// session.set_messages(["a", "b", "c", "d"].map(Message::user));
            /// session.truncate(1, 2);
            /// assert_eq!(session.messages(), ["a", "c", "d"].map(Message::user));
            /// ```
            pub fn truncate(&mut self, first: usize, last: usize) {
                self.$draft.truncate(first, last);
            }

            /// Replaces all messages.
            pub fn set_messages(&mut self, messages: impl IntoIterator<Item = Message>) {
                self.$draft.set_messages(messages);
            }

            /// Drops all messages.
            pub fn clear(&mut self) {
                self.$draft.clear();
            }

            /// Keeps the messages that `keep` says yes to; it sees each once, oldest first.
            ///
            /// If `keep` panics, nothing is changed.
            pub fn retain(&mut self, keep: impl FnMut(&Message) -> bool) {
                self.$draft.retain(keep);
            }
        }
    };
}

pub(super) use reading_and_editing;
