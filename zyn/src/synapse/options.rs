//! The options of a synapse and of a step: the same methods on both.

macro_rules! options {
    ($type:ident) => {
        impl<T: 'static, I: 'static> $type<T, I> {
            /// Gives `text` as background: a block of data called `context`, before the input. A blank one is none.
            ///
            /// It is part of the turn: it is stored with it, and every later request of the conversation sends it
            /// again and pays for it. What a whole conversation is to know, say once, as a
            /// [system message](crate::Message::system) at its start.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let (llm, mut session) = (Llm::new(Scripted::new(["We ship on Monday."])), Session::new());
            /// let answer = zyn::transform("Answer the customer").context("We ship on Mondays.");
            /// answer.fire(&llm, &mut session, "When do you ship?").await?;
            /// assert_eq!(session.at(0)?.blocks()[0].name, "context");
            /// # Ok(()) }
            /// ```
            pub fn context(mut self, text: impl Into<String>) -> Self {
                self.synapse_mut().context = Some(text.into());
                self
            }

            /// Adds what the answer must consider: a line each, with the instruction.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let (llm, mut session) = (Llm::new(Scripted::new([r#"{"answer":true}"#])), Session::new());
            /// let refund = zyn::binary("Is a refund due?").criteria(["the contract", "the delay"]);
            /// assert!(refund.fire(&llm, &mut session, "Three weeks late!").await?);
            /// let asked = session.at(0)?.instruction();
            /// assert_eq!(asked, Some("Is a refund due?\nConsider:\n- the contract\n- the delay"));
            /// # Ok(()) }
            /// ```
            pub fn criteria<C: Into<String>>(
                mut self,
                criteria: impl IntoIterator<Item = C>,
            ) -> Self {
                let criteria = criteria.into_iter().map(Into::into);
                self.synapse_mut().criteria.extend(criteria);
                self
            }

            /// Adds examples: inputs, each with the answer it should have. They are shown in this order, before the
            /// input, in the form in which the model must answer; one that would not be accepted as an answer is an
            /// error before anything is sent. They are looked at whenever it is fired, for validators and options may be
            /// added after them.
            ///
            /// An example shows the answer alone, without reasoning, runner-up or confidence, and its name says so.
            ///
            /// Like [`context`](Self::context), examples are part of the turn: stored with it, sent again with every
            /// later request of the conversation, and paid for each time. In a long conversation, fire them on a session
            /// of their own, or say what they show once, in a system message.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let (llm, mut session) = (Llm::new(Scripted::new([r#"{"answer":true}"#])), Session::new());
            /// let spam = zyn::binary("Is it spam?").examples([("You have won!", true), ("Hi Ada", false)]);
            /// assert!(spam.fire(&llm, &mut session, "Cheap watches").await?);
            /// let blocks = session.at(0)?.blocks();
            /// assert_eq!((&*blocks[1].name, &*blocks[1].text), ("example 1 answer", r#"{"answer":true}"#));
            /// # Ok(()) }
            /// ```
            pub fn examples<E: $crate::synapse::Input<I>>(
                mut self,
                examples: impl IntoIterator<Item = (E, T)>,
            ) -> Self
            where
                T: $crate::synapse::ToPrompt,
            {
                let examples = examples.into_iter().map(|(input, answer)| {
                    std::sync::Arc::new($crate::synapse::examples::Example {
                        input: input.into_input(),
                        answer: answer.to_answer().map_err(std::sync::Arc::new),
                    })
                });
                self.synapse_mut().examples.extend(examples);
                self
            }

            /// Lets the model write down how it comes to the answer, before it answers. It is in
            /// [`Answer::reasoning`](crate::Answer::reasoning) and never in the session. (A `transform` is then asked
            /// for as JSON with a `text`.)
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let reply = r#"{"reasoning":"Three weeks is too long.","answer":true}"#;
            /// # let (llm, mut session) = (Llm::new(Scripted::new([reply])), Session::new());
            /// let refund = zyn::binary("Is a refund due?").reasoning();
            /// let answer = refund.fire_detailed(&llm, &mut session, "Three weeks late!").await?;
            /// assert_eq!(answer.reasoning.as_deref(), Some("Three weeks is too long."));
            /// assert_eq!(session.at(1)?.text(), "yes");
            /// # Ok(()) }
            /// ```
            pub fn reasoning(mut self) -> Self {
                self.synapse_mut().options.reasoning = true;
                self
            }

            /// Asks the model how sure it is and refuses an answer that is less sure than `threshold`, which is from 0
            /// to 1: [`ErrorKind::LowConfidence`](crate::ErrorKind::LowConfidence). 0 refuses none. The number is in
            /// [`Answer::confidence`](crate::Answer::confidence).
            ///
            /// With [`agreement`](Self::agreement), or else with [`measured`](Self::measured), the number is theirs, and
            /// the model is not asked.
            ///
            /// A set of labels with one that is marked `#[classify(unsure)]` has an answer for that: this label stands
            /// for what is refused, in the conversation too, unless an `else` in `workflow!` says what to do. The model's
            /// own label is then the runner-up, if one was asked for.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{ErrorKind, Llm, Session};
            /// # let reply = r#"{"answer":true,"confidence":0.4}"#;
            /// # let (llm, mut session) = (Llm::new(Scripted::new([reply])), Session::new());
            /// let refund = zyn::binary("Is a refund due?").confidence(0.8);
            /// let error = refund.fire(&llm, &mut session, "Hm.").await.unwrap_err();
            /// assert!(matches!(error.kind(), ErrorKind::LowConfidence { reported: 0.4, .. }));
            /// assert!(session.is_empty());
            /// # Ok(()) }
            /// ```
            pub fn confidence(mut self, threshold: f64) -> Self {
                self.synapse_mut().options.confidence = Some(threshold);
                self
            }

            /// Asks the provider how likely the tokens of the answer were to the model: the answer's confidence is then
            /// [`Measured`](crate::Confidence::Measured), and says by which formula. The model is told nothing of it and
            /// writes nothing more. Not every provider tells, and models that reason do not.
            ///
            /// Where nothing is told, the confidence is [`NotScored`](crate::Confidence::NotScored). A
            /// [`confidence`](Self::confidence) that was to be compared with it is then
            /// [`ErrorKind::NotMeasured`](crate::ErrorKind::NotMeasured).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// use zyn::testing::{Reply, Scripted};
            /// use zyn::{Confidence, Llm, Session};
            ///
            /// let reply = Reply::measured([(r#"{"answer":"#, 1.0), ("true", 0.75), ("}", 1.0)]);
            /// let llm = Llm::new(Scripted::new([reply]));
            /// let refund = zyn::binary("Is a refund due?").measured();
            /// let answer = refund.fire_detailed(&llm, &mut Session::new(), "Three weeks late!").await?;
            /// assert!(matches!(answer.confidence, Confidence::Measured(p) if (p - 0.75).abs() < 1e-9));
            /// # Ok(()) }
            /// ```
            pub fn measured(mut self) -> Self {
                self.synapse_mut().options.measured = true;
                self
            }

            /// Asks for `samples` answers, at least 2, all at the same time, and takes the one that most of them give;
            /// of several that as many give, the one that comes first in the order of the samples. How many gave it is
            /// the answer's confidence: [`Agreement`](crate::Confidence::Agreement).
            ///
            /// Documents agree if they are equal, texts if they are the same text. A sample that fails, or is not there
            /// when the time is over, agrees with none; if all fail, the error is that of the first. Each sample is asked
            /// again after invalid answers as one alone would be; all together have the time limit and the
            /// [`retry`](Self::retry) of one. All are paid, and only the answer that is taken enters the conversation.
            ///
            /// Answers agree if they are the same, but for the order of the keys of a map, and but for `10` and `10.0`,
            /// which are one number.
            ///
            /// The samples differ as far as the model's [`temperature`](Self::temperature) lets them. At 0 they all
            /// agree, which says nothing.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// use zyn::testing::Scripted;
            /// use zyn::{Confidence, Llm, Session};
            ///
            /// let (yes, no) = (r#"{"answer":true}"#, r#"{"answer":false}"#);
            /// let (llm, mut session) = (Llm::new(Scripted::new([no, yes, yes])), Session::new());
            /// let refund = zyn::binary("Is a refund due?").agreement(3).confidence(0.6);
            /// let answer = refund.fire_detailed(&llm, &mut session, "Three weeks late!").await?;
            /// assert!(answer.value);
            /// assert_eq!(answer.confidence, Confidence::Agreement { agreed: 2, samples: 3 });
            /// assert_eq!((answer.attempts, session.len()), (3, 2));
            /// # Ok(()) }
            /// ```
            pub fn agreement(mut self, samples: u32) -> Self {
                self.synapse_mut().options.agreement = Some(samples);
                self
            }

            /// Asks `llm` for this, which may be a cheaper model or a better one, instead of the one of the fire or the
            /// run. It has its own [`spend`](crate::Llm::spend).
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// let (llm, cheap) = (Llm::new(Scripted::new(["?"])), Llm::new(Scripted::new(["Bonjour"])));
            /// let french = zyn::transform("Into French").using(&cheap);
            /// assert_eq!(french.fire(&llm, &mut Session::new(), "Hello").await?, "Bonjour");
            /// assert_eq!((llm.spend().attempts, cheap.spend().attempts), (0, 1));
            /// # Ok(()) }
            /// ```
            pub fn using(mut self, llm: &$crate::Llm) -> Self {
                self.synapse_mut().llm = Some(llm.clone());
                self
            }

            /// Stands outside the conversation: the model is sent none of it, and neither prompt nor answer is kept in
            /// it. What it cost is in the session's usage all the same. It needs an input.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let (llm, mut session) = (Llm::new(Scripted::new(["Bonjour"])), Session::new());
            /// let french = zyn::transform("Into French").alone();
            /// assert_eq!(french.fire(&llm, &mut session, "Hello").await?, "Bonjour");
            /// assert!(session.is_empty());
            /// assert_eq!(session.usage(), llm.spend().usage);
            /// # Ok(()) }
            /// ```
            pub fn alone(mut self) -> Self {
                self.synapse_mut().options.alone = true;
                self
            }

            /// Accepts only a reply that is exactly the JSON that was asked for: no fence, no word beside it, no slip
            /// that would be read over, no field that the type does not have, no value of another kind, no `null` for
            /// a field that was to be left out, no object for a map that was asked for as a list. Anything else is an
            /// invalid answer: it is asked for again. A field that the type may lack may be missing all the same.
            /// Without it, what was done to read a reply is in [`Answer::repairs`](crate::Answer::repairs), as
            /// [`Repair`](crate::Repair)s.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// let replies = [r#"{"answer": "true",}"#, r#"{"answer": true}"#];
            /// let spam = zyn::binary("Is it spam?");
            /// let llm = Llm::new(Scripted::new(replies));
            /// let lenient = spam.clone().fire_detailed(&llm, &mut Session::new(), "Cheap watches").await?;
            /// assert_eq!((lenient.attempts, lenient.repairs.len()), (1, 2));
            /// let llm = Llm::new(Scripted::new(replies));
            /// let strict = spam.strict().fire_detailed(&llm, &mut Session::new(), "Cheap watches").await?;
            /// assert_eq!((strict.attempts, strict.repairs.len()), (2, 0));
            /// # Ok(()) }
            /// ```
            pub fn strict(mut self) -> Self {
                self.synapse_mut().options.strict = true;
                self
            }

            /// Makes at most `times` further attempts after failures that can pass: no connection, 429, 5xx.
            /// Without it, as the [`Llm`](crate::Llm) says (2).
            pub fn retry(mut self, times: u32) -> Self {
                self.synapse_mut().options.retry = Some(times);
                self
            }

            /// Asks at most `times` again, with what is wrong, after an invalid answer (2).
            pub fn reask(mut self, times: u32) -> Self {
                self.synapse_mut().options.reask = times;
                self
            }

            /// Limits the whole call, retries and re-asks included. Without it, as the [`Llm`](crate::Llm) says
            /// (600 s).
            pub fn timeout(mut self, limit: std::time::Duration) -> Self {
                self.synapse_mut().options.timeout = Some(limit);
                self
            }

            /// Limits each attempt. One that takes longer may have been billed, so it is repeated once at most. Without it,
            /// as the [`Llm`](crate::Llm) says (no limit but that on the whole).
            pub fn attempt_timeout(mut self, limit: std::time::Duration) -> Self {
                self.synapse_mut().options.attempt_timeout = Some(limit);
                self
            }

            /// Limits how long a connection may take. Without it, as the [`Llm`](crate::Llm) says (5 s).
            pub fn connect_timeout(mut self, limit: std::time::Duration) -> Self {
                self.synapse_mut().options.connect_timeout = Some(limit);
                self
            }

            /// Limits how long a stream may take to begin. Without it, as the [`Llm`](crate::Llm) says (60 s).
            pub fn first_byte_timeout(mut self, limit: std::time::Duration) -> Self {
                self.synapse_mut().options.first_byte_timeout = Some(limit);
                self
            }

            /// Limits how long a stream may be silent between two pieces. Without it, as the [`Llm`](crate::Llm) says
            /// (60 s).
            pub fn idle_timeout(mut self, limit: std::time::Duration) -> Self {
                self.synapse_mut().options.idle_timeout = Some(limit);
                self
            }

            /// Never repeats an attempt that may have been done and billed, as
            /// [`Llm::at_most_once`](crate::Llm::at_most_once) for all calls.
            pub fn at_most_once(mut self) -> Self {
                self.synapse_mut().options.at_most_once = true;
                self
            }

            /// Gives `value` where no model gives an answer: after all retries, re-asks and fallbacks, in no time left, or
            /// where what was answered is not good enough. It takes no part in the conversation, as of a step that failed
            /// nothing does; [`Answer::instead_of`](crate::Answer::instead_of) and the report say what it stands for.
            ///
            /// What can never succeed is an error all the same: a wrong key, an unknown model, an empty input, a budget
            /// that is used up. So is what ends a [stream](crate::Synapse::stream) of which text or an item was handed out.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Failure, Llm, Session};
            /// # let mut session = Session::new();
            /// let llm = Llm::new(Scripted::new([Failure::Overloaded])).retry(0);
            /// let refund = zyn::binary("Is a refund due?").otherwise(false);
            /// let answer = refund.fire_detailed(&llm, &mut session, "Three weeks late!").await?;
            /// assert!(!answer.value);
            /// assert!(answer.instead_of.is_some());
            /// assert!(session.is_empty());
            /// # Ok(()) }
            /// ```
            pub fn otherwise(mut self, value: T) -> Self
            where
                T: Clone + Send + Sync,
            {
                self.synapse_mut().otherwise = Some(std::sync::Arc::new(move || value.clone()));
                self
            }

            /// Sets the sampling temperature. Nothing is sent without it; models that do not take it get none.
            pub fn temperature(mut self, temperature: f64) -> Self {
                self.synapse_mut().options.temperature = Some(temperature);
                self
            }

            /// Limits the answer to `tokens` tokens, hidden reasoning included. Nothing is sent without it; an
            /// answer that is cut at the limit is an error, never a value.
            pub fn max_tokens(mut self, tokens: u32) -> Self {
                self.synapse_mut().options.max_tokens = Some(tokens);
                self
            }

            /// Accepts only answers for which `check` is `Ok`. What it says otherwise goes back to the model. May
            /// be given several times; all must hold.
            pub fn validate<E: std::fmt::Display>(
                mut self,
                check: impl Fn(&T) -> Result<(), E> + Send + Sync + 'static,
            ) -> Self {
                let check = move |value: &T| check(value).map_err(|problem| problem.to_string());
                self.synapse_mut()
                    .validators
                    .push(std::sync::Arc::new(check));
                self
            }
        }

        impl $type<String> {
            /// Says how a `transform` is to be written: `formal`, `as for a child`.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// # let (llm, mut session) = (Llm::new(Scripted::new(["Dear Sir"])), Session::new());
            /// let reply = zyn::transform("Write a reply").style("formal");
            /// reply.fire(&llm, &mut session, "hi").await?;
            /// assert_eq!(session.at(0)?.instruction(), Some("Write a reply\nStyle: formal"));
            /// # Ok(()) }
            /// ```
            pub fn style(mut self, style: impl Into<String>) -> Self {
                self.synapse_mut().particulars.style = Some(style.into());
                self
            }

            /// Limits the text of a `transform` to `most` characters, at least 1. A longer one is an invalid answer:
            /// it is asked for again.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
            /// # use zyn::testing::Scripted;
            /// # use zyn::{Llm, Session};
            /// let llm = Llm::new(Scripted::new(["A parcel is late", "Late parcel"]));
            /// let subject = zyn::transform("Write a subject line").max_chars(12);
            /// let subject = subject.fire(&llm, &mut Session::new(), "Where is my parcel?").await?;
            /// assert_eq!(subject, "Late parcel");
            /// # Ok(()) }
            /// ```
            pub fn max_chars(mut self, most: usize) -> Self {
                self.synapse_mut().particulars.max_chars = Some(most);
                self
            }
        }
    };
}

pub(crate) use options;
