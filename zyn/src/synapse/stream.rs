//! An answer that is read while it is written.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;

use super::form::Typed;
use super::tape::Tape;
use super::{Answer, Extract, Fired, Input, StepCall, StepRecord, Synapse, Talk, ask};
use crate::error::Error;
use crate::llm::Llm;
use crate::provider::BoxFuture;
use crate::reply::Progress;
use crate::schema::Schema;
use crate::session::{Session, cache_key};

/// An answer that is being written, from [`Synapse::stream`].
///
/// Nothing is sent before it is first read. [`finish`](Self::finish) waits for the end, checks the whole answer as
/// [`fire`](Synapse::fire) does, and only then the session has the turn. Dropping the stream before that cancels the call
/// and leaves the session as it was; what was paid is in [`Llm::spend`].
///
/// | to read | as it comes | |
/// |---|---|---|
/// | [`text`](Self::text) | the text, piece by piece | for a `transform` |
/// | [`partial`](Self::partial) | what is complete so far, as the type's own [`Partial`](Extract::Partial) | for an `extract` or a `convert` |
/// | [`item`](Self::item) | each item of a list, once it is complete | for an `extract` of a `Vec` |
///
/// What was handed out cannot be taken back: once a piece of text or an item was read, nothing is repeated and nothing
/// asked again, and what goes wrong then is an error of `finish`. A partial takes the place of the one before it, so
/// behind one an invalid answer is still asked for again, and the partials begin anew. With [`agreement`](Synapse::agreement) several answers are written
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
    /// How many items were handed out.
    items: usize,
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
            items: 0,
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

    /// What is complete of the answer, each time that more of it is. `None` after the last, and after a failure.
    ///
    /// Nothing in it is a guess: a field is there once it is written to its end, and is as it will be in the answer, if
    /// that is accepted. Dropping the future loses nothing that the next one would not have.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    ///
    /// #[derive(Debug, Deserialize, JsonSchema, Extract)]
    /// struct Trip {
    ///     title: String,
    ///     stops: Vec<String>,
    /// }
    ///
    /// let written = r#"{ "title": "North", "stops": [ "Oslo", "Bodø" ] }"#;
    /// let llm = Llm::new(Scripted::new([written]));
    /// let mut session = Session::new();
    /// let trip = zyn::extract::<Trip>("The trip");
    /// let mut stream = trip.stream(&llm, &mut session, "North: Oslo, then Bodø")?;
    /// let mut seen = Vec::new();
    /// while let Some(trip) = stream.partial().await {
    ///     seen.push((trip.title, trip.stops.len()));
    /// }
    /// assert_eq!(seen[0], (Some("North".to_owned()), 0));
    /// assert!(seen.contains(&(Some("North".to_owned()), 1)));
    /// assert_eq!(stream.finish().await?.stops, ["Oslo", "Bodø"]);
    /// # Ok(()) }
    /// ```
    pub async fn partial(&mut self) -> Option<T::Partial>
    where
        T: Extract,
    {
        let (schema, field) = self.form()?;
        poll_fn(|task| {
            self.poll(task, |tape| {
                let grown = tape.grown(&schema)?;
                let answer = of_answer(grown.progress(), field)?;
                Some(T::partial(answer))
            })
        })
        .await
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

    /// The schema of what is written, and the field of it that the answer is in, if other fields stand beside it.
    fn form(&self) -> Option<(Schema, Option<&'static str>)> {
        let field = self.typed.field.filter(|_| !self.typed.beside.is_nothing());
        self.call.schema.clone().map(|schema| (schema, field))
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

impl<T: DeserializeOwned + Extract> Streaming<'_, Vec<T>> {
    /// The next item of the list, once it is complete. `None` after the last, and after a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new([r#"{"value": ["Oslo", "Bodø"]}"#]));
    /// let mut session = Session::new();
    /// let towns = zyn::extract::<Vec<String>>("The towns");
    /// let mut stream = towns.stream(&llm, &mut session, "First Oslo, then Bodø")?;
    /// assert_eq!(stream.item().await.as_deref(), Some("Oslo"));
    /// assert_eq!(stream.item().await.as_deref(), Some("Bodø"));
    /// assert_eq!(stream.item().await, None);
    /// assert_eq!(stream.finish().await?, ["Oslo", "Bodø"]);
    /// # Ok(()) }
    /// ```
    pub async fn item(&mut self) -> Option<T> {
        let (schema, field) = self.form()?;
        let place = self.items;
        let item = poll_fn(|task| {
            self.poll(task, |tape| {
                let grown = tape.all(&schema)?;
                let list = of_answer(grown.progress(), field)?;
                let item = list.items().nth(place)?.read()?;
                tape.keep();
                Some(item)
            })
        });
        let item = item.await?;
        self.items += 1;
        Some(item)
    }
}

/// The answer alone, of all that is written.
fn of_answer<'a>(whole: Progress<'a>, field: Option<&str>) -> Option<Progress<'a>> {
    match field {
        Some(field) => whole.field(field),
        None => Some(whole),
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
