//! An answer that is read while it is written.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::form::Typed;
use super::tape::Tape;
use super::{Answer, Fired, Input, StepCall, StepRecord, Synapse, Talk, ask};
use crate::error::Error;
use crate::llm::Llm;
use crate::provider::BoxFuture;
use crate::session::{Session, cache_key};

/// An answer that is being written, from [`Synapse::stream`].
///
/// Nothing is sent before it is first read. [`finish`](Self::finish) waits for the end, checks the whole answer as
/// [`fire`](Synapse::fire) does, and only then the session has the turn. Dropping the stream before that cancels the call
/// and leaves the session as it was; what was paid is in [`Llm::spend`].
///
/// What was handed out cannot be taken back: once a piece of text was read, nothing is repeated and nothing asked again,
/// and what goes wrong then is an error of `finish`. With [`agreement`](Synapse::agreement) several answers are written
/// at once, and none is told.
#[must_use = "nothing is sent until the stream is read or finished"]
pub struct Streaming<'s, T: 'static> {
    session: &'s mut Session,
    llm: Llm,
    call: StepCall,
    typed: Arc<Typed<T>>,
    tape: Tape,
    asked: BoxFuture<'static, Result<StepRecord, Error>>,
    ended: Option<Result<StepRecord, Error>>,
}

impl<T: 'static, I: Clone + Send + 'static> Synapse<T, I> {
    /// Fires it on `input` like [`fire`](Self::fire), as a stream whose text can be read while the model writes.
    ///
    /// # Errors
    ///
    /// [`Error`], if the input, the instruction or an option is unusable. Nothing was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new(["Where is my parcel?"]));
    /// let mut session = Session::new();
    /// let polite = zyn::transform("Make it polite");
    /// let mut stream = polite.stream(&llm, &mut session, "WHERE IS MY PARCEL")?;
    /// while let Some(piece) = stream.text().await {
    ///     print!("{piece}");
    /// }
    /// assert_eq!(stream.finish().await?, "Where is my parcel?");
    /// assert_eq!(session.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn stream<'s>(
        &self,
        llm: &Llm,
        session: &'s mut Session,
        input: impl Input<I>,
    ) -> Result<Streaming<'s, T>, Error> {
        let Fired { call, typed } = self.asked(self.verb.name(), input.into_input())?;
        let llm = self.llm.as_ref().unwrap_or(llm).clone();
        let tape = Tape::default();
        let history = session.draft().history().clone();
        let conversation = cache_key(session.id());
        let window = session.window().cloned();
        let asked = {
            let (call, typed) = (call.clone(), Arc::clone(&typed));
            let (llm, tape) = (llm.clone(), tape.clone());
            Box::pin(async move {
                let talk = Talk {
                    window: window.as_ref(),
                    tape: Some(&tape),
                    ..Talk::of(conversation, history)
                };
                ask(&call, &*typed, talk, &llm).await
            })
        };
        Ok(Streaming {
            session,
            llm,
            call,
            typed,
            tape,
            asked,
            ended: None,
        })
    }
}

impl<T: 'static> Streaming<'_, T> {
    /// The next piece of the text that the model writes: of a `transform` the answer itself, of any other verb the JSON
    /// that it stands in. `None` after the last, and after a failure, which [`finish`](Self::finish) tells.
    ///
    /// Dropping the future loses nothing: what it would have given comes with the next one.
    pub async fn text(&mut self) -> Option<String> {
        poll_fn(|task| self.poll(task, Tape::read)).await
    }

    /// Waits for the end and gives the answer; the session has it then.
    ///
    /// # Errors
    ///
    /// As [`Synapse::fire`]. The session is as it was.
    pub async fn finish(self) -> Result<T, Error> {
        self.finish_detailed().await.map(|answer| answer.value)
    }

    /// Waits for the end like [`finish`](Self::finish) and says how the answer came about:
    /// [`first_text`](Answer::first_text) is the time to the first token.
    ///
    /// # Errors
    ///
    /// As [`Synapse::fire`]. The session is as it was.
    pub async fn finish_detailed(mut self) -> Result<Answer<T>, Error> {
        let record = match self.ended.take() {
            Some(ended) => ended?,
            None => self.asked.await?,
        };
        let mut draft = self.session.draft();
        record.enter(&self.call, &mut draft);
        let answer = self.typed.answer(record, &self.llm)?;
        self.session.commit(draft);
        Ok(answer)
    }

    /// Goes on with the call until `read` finds something on the tape, or the call has ended.
    fn poll<R>(
        &mut self,
        task: &mut Context<'_>,
        mut read: impl FnMut(&Tape) -> Option<R>,
    ) -> Poll<Option<R>> {
        if let Some(found) = read(&self.tape) {
            return Poll::Ready(Some(found));
        }
        if self.ended.is_some() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(ended) = self.asked.as_mut().poll(task) {
            self.ended = Some(ended);
        }
        match (read(&self.tape), &self.ended) {
            (Some(found), _) => Poll::Ready(Some(found)),
            (None, Some(_)) => Poll::Ready(None),
            (None, None) => Poll::Pending,
        }
    }
}

impl<T: 'static> fmt::Debug for Streaming<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("verb", &self.call.verb())
            .field("ended", &self.ended.is_some())
            .finish_non_exhaustive()
    }
}
