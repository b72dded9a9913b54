//! An answer that is read while it is written.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::form::{Shape, Typed};
use super::tape::{Shown, Tape};
use super::{
    Answer, Extract, Fired, Input, Otherwise, StepCall, StepRecord, Synapse, Talk, ask, instead_of,
};
use crate::error::{Error, ErrorKind, Excerpt};
use crate::llm::{Ear, Grant, Llm};
use crate::provider::BoxFuture;
use crate::reply::{AskedSoFar, Violation};
use crate::schema::Schema;
use crate::session::{Message, Session, cache_key};

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
/// behind one an invalid answer is still asked for again, and the partials begin anew. With
/// [`agreement`](Synapse::agreement) several answers are written at once, and none is told.
///
/// Partials and items are of the first JSON object outside of the model's reasoning that begins with a field which was
/// asked for. A server that holds the model to the schema lets it write no other. Where nothing but the prompt says the
/// schema, a model may write a draft before its answer: the partials are then the draft's, and if an item was handed out
/// that the answer does not have, [`finish`](Self::finish) is an error.
#[must_use = "nothing is sent until the stream is read or finished"]
pub struct Streaming<'s, T: 'static> {
    session: &'s mut Session,
    llm: Llm,
    call: StepCall,
    typed: Arc<Typed<T>>,
    otherwise: Option<Otherwise<T>>,
    tape: Tape,
    asked: BoxFuture<'static, Result<StepRecord, Error>>,
    ended: Option<Result<StepRecord, Error>>,
    /// What a partial has shown.
    shown: Shown,
    /// The items that were handed out, as text.
    items: Vec<String>,
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
        let grant = Grant::of(session.budget());
        let asked = {
            let (call, typed) = (call.clone(), Arc::clone(&typed));
            let (llm, tape) = (llm.clone(), tape.clone());
            Box::pin(async move {
                let talk = Talk {
                    window: window.as_ref(),
                    tape: Some(&tape),
                    grant,
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
            otherwise: self.otherwise.clone(),
            tape,
            asked,
            ended: None,
            shown: None,
            items: Vec::new(),
        })
    }
}

impl<T: 'static> Streaming<'_, T> {
    /// The next piece of the text that the model writes: of a `transform` the answer itself, of any other verb the JSON
    /// that it stands in. `None` after the last, and after a failure, which [`finish`](Self::finish) tells.
    ///
    /// The answer of a `transform` is trimmed: blanks before it are in no piece, but the last piece may end with blanks
    /// that are cut from the answer.
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
    /// There is one when a field, an entry or an item is complete, or an item of a list in a field, and not for what is
    /// deeper inside. One may show the same as the one before: where a list or the whole has ended, or a field that does
    /// not fit. Each has all items again, so to read a long list, [`item`](Self::item) is the cheaper way.
    ///
    /// For an `extract` and a `convert`. Other verbs have none: `None` at once, and nothing is sent.
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
        let (schema, field) = self.document()?;
        let schema = &schema;
        let mut shown = self.shown;
        let partial = poll_fn(|task| {
            self.poll(task, |tape| {
                let grown = tape.grown(AskedSoFar { schema, field }, &mut shown)?;
                Some(T::partial(grown.progress()))
            })
        });
        let partial = partial.await;
        self.shown = shown;
        partial
    }

    /// Waits for the end and gives the answer; the session has it then.
    ///
    /// # Errors
    ///
    /// As [`Synapse::fire`], and [`ErrorKind::Invalid`] if an [`item`](Self::item) was handed out that the answer does
    /// not have at its place. The session is as it was.
    pub async fn finish(self) -> Result<T, Error> {
        self.finish_detailed().await.map(|answer| answer.value)
    }

    /// Waits for the end like [`finish`](Self::finish) and says how the answer came about:
    /// [`time_to_first_token`](Answer::time_to_first_token) is the time to the first token.
    ///
    /// # Errors
    ///
    /// As [`finish`](Self::finish). The session is as it was.
    pub async fn finish_detailed(mut self) -> Result<Answer<T>, Error> {
        let ended = match self.ended.take() {
            Some(ended) => ended,
            None => self.asked.as_mut().await,
        };
        let record = match ended {
            Ok(record) => record,
            Err(error) => {
                // what was handed out was of another answer
                let otherwise = self.otherwise.filter(|_| self.tape.forget());
                let value = otherwise.and_then(|it| instead_of(&it, &error));
                return value
                    .map(|value| Answer::otherwise(value, &error))
                    .ok_or(error);
            }
        };
        self.refuse_others(&record)?;
        let mut draft = self.session.draft();
        record.enter(&self.call, &mut draft);
        let answer = self.typed.answer(record, &self.llm)?;
        self.session.commit(draft);
        Ok(answer)
    }

    /// The schema of an answer that is a document, and the field that it is in, if other fields stand beside it. Of
    /// what a verb writes in a shape of its own there are no parts.
    fn document(&self) -> Option<(Schema, Option<&'static str>)> {
        let Ok(Shape::Document(_)) = self.typed.form.shape() else {
            return None;
        };
        let field = self.typed.field.filter(|_| !self.typed.beside.is_nothing());
        self.call.schema.clone().map(|schema| (schema, field))
    }

    /// Refuses an answer that has another item where one was handed out.
    fn refuse_others(&self, record: &StepRecord) -> Result<(), Error> {
        if self.items.is_empty() {
            return Ok(());
        }
        let answer = self.typed.form.answer(&record.answer);
        let others = self.items.iter().enumerate().filter(|(place, item)| {
            // Both were printed, so that numbers are read alike.
            let item: Option<Value> = serde_json::from_str(item).ok();
            item.as_ref() != answer.as_ref().and_then(|answer| answer.get(place))
        });
        let violations: Vec<_> = others
            .map(|(place, _)| Violation::new(format!("/{place}"), "the item that was handed out"))
            .collect();
        if violations.is_empty() {
            return Ok(());
        }
        let asked = record.turn.iter().find_map(Message::asked);
        self.llm.called(asked).regret(record.usage);
        let reply = Excerpt::new(&record.answer);
        let error = Error::from(ErrorKind::Invalid { violations, reply });
        Err(error.logged(record.log.clone()))
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
    /// The next item of the list, once it is complete. `None` after the last, after a failure, and from an item on that
    /// does not fit as it is: [`finish`](Self::finish) has them all, or the error.
    ///
    /// An item cannot be taken back, so [`finish`](Self::finish) refuses an answer that has another one at its place.
    ///
    /// For an `extract` and a `convert`. Other verbs have none: `None` at once, and nothing is sent.
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
        let (schema, field) = self.document()?;
        let schema = &schema;
        let place = self.items.len();
        let item = poll_fn(|task| {
            self.poll(task, |tape| {
                let item = tape.item(AskedSoFar { schema, field }, place)?;
                let read = T::deserialize(&item).ok()?;
                tape.keep();
                Some((read, item))
            })
        });
        let (read, item) = item.await?;
        self.items.push(item.to_string());
        Some(read)
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
