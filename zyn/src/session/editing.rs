/// Gives a type that holds a draft the reading and editing of a conversation.
///
/// `Session` and `Transaction` offer the same, and say so in the same words.
macro_rules! reading_and_editing {
    ($type:ty, $draft:ident) => {
        impl $type {
            /// The messages, oldest first.
            pub fn messages(&self) -> &History {
                self.$draft.history()
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

            /// The tokens of the accepted answers of all turns that were ever committed. No edit lowers it.
            ///
            /// What else was paid, for answers that were not accepted and turns that were not committed, is in
            /// [`Llm::spend`](crate::Llm::spend).
            pub fn usage(&self) -> Usage {
                self.$draft.usage()
            }

            /// The same tokens by model, to be priced.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// use zyn::cost::{Price, Prices};
            /// use zyn::testing::Scripted;
            /// use zyn::{Llm, Response, Session, Usage};
            ///
            /// let llm = Llm::new(Scripted::new([Response::new("Bonjour", Usage::new(1000, 10))]));
            /// let mut session = Session::new();
            /// zyn::transform("Into French").fire(&llm, &mut session, "Good day").await?;
            /// // two dollars a million tokens read, eight a million written
            /// let prices = Prices::new().price("scripted", Price::new(2_000_000, 8_000_000));
            /// assert_eq!(prices.total(session.bill()).unwrap().to_string(), "$0.00208");
            /// # Ok(()) }
            /// ```
            pub fn bill(&self) -> &Bill {
                self.$draft.bill()
            }

            /// What the accepted answer of the last committed turn has cost; `None` before the first, and if its
            /// provider did not say.
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

            /// Adds what each of `forks` has added since it was forked from here: its messages and what they cost,
            /// in the order of `forks`, whichever ended first.
            ///
            /// So every order of completion gives the same history. What the answers of a fork were made from is the
            /// state at the fork; those of the forks before it in the list are not among it.
            ///
            /// # Errors
            ///
            /// [`SessionError::NotAFork`] if one does not begin with all that is here now, because it was edited, its
            /// window let something fall out, or this has changed since. Nothing is changed, and who lent the forks
            /// (`merge([&one, &other])`) still has their answers.
            ///
            /// # Examples
            ///
            /// ```
            /// use zyn::{Message, Session};
            ///
            /// let mut session = Session::new();
            /// let (mut one, mut other) = (session.fork(), session.fork());
            /// other.append(Message::user("second"));
            /// one.append(Message::user("first"));
            /// session.merge([&one, &other])?;
            /// assert_eq!(session.messages(), ["first", "second"].map(Message::user));
            ///
            /// let error = session.merge([one]).unwrap_err();
            /// assert_eq!(
            ///     error.to_string(),
            ///     "fork 0 was not made from the present state: it begins with 1 of the 2 messages; \
            ///      merge what `fork` made, all forks of one state together; nothing was changed",
            /// );
            /// # Ok::<_, zyn::SessionError>(())
            /// ```
            pub fn merge<F: std::borrow::Borrow<Session>>(
                &mut self,
                forks: impl IntoIterator<Item = F>,
            ) -> Result<(), SessionError> {
                self.$draft
                    .merge(forks.into_iter().map(|fork| fork.borrow().since_fork()))
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
