//! From a synapse and its input to a request, and from a record to the answer.

use std::borrow::Cow;
use std::sync::Arc;

use super::beside::Beside;
use super::form::Typed;
use super::operation::Asked;
use super::particulars::misplaced;
use super::{Answer, Input, StepCall, StepRecord, Synapse, Talk, agreement, ask, examples, step};
use crate::error::{Error, ErrorKind};
use crate::llm::{Grant, Llm};
use crate::refusal::OptionProblem;
use crate::session::{Block, Message, Session, cache_key};
use crate::verb::Verb;

impl<T: 'static, I: Clone + Send + 'static> Synapse<T, I> {
    /// Fires it on `input`: the accepted answer, and its two messages in the session.
    ///
    /// Dropping the future abandons the call; it may have been paid for, which [`Llm::spend`] tells.
    ///
    /// # Errors
    ///
    /// [`Error`]: the input, the instruction or an option is unusable, the provider gave no answer, no answer was valid
    /// or sure enough, or the time ran out. The session is as it was.
    pub async fn fire(
        &self,
        llm: &Llm,
        session: &mut Session,
        input: impl Input<I>,
    ) -> Result<T, Error> {
        self.fire_detailed(llm, session, input)
            .await
            .map(|answer| answer.value)
    }

    /// Fires it like [`fire`](Self::fire) and says how the answer came about.
    ///
    /// # Errors
    ///
    /// As [`fire`](Self::fire).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session};
    ///
    /// let llm = Llm::new(Scripted::new(["no number here", r#"{"value":3}"#]));
    /// let count = zyn::extract::<u8>("The number of parcels");
    /// let answer = count.fire_detailed(&llm, &mut Session::new(), "Three parcels").await?;
    /// assert_eq!((answer.value, answer.attempts), (3, 2));
    /// # Ok(()) }
    /// ```
    pub async fn fire_detailed(
        &self,
        llm: &Llm,
        session: &mut Session,
        input: impl Input<I>,
    ) -> Result<Answer<T>, Error> {
        let Fired { call, typed } = self.asked(self.verb.name(), input.into_input())?;
        let llm = self.llm.as_ref().unwrap_or(llm);
        let mut draft = session.draft();
        let talk = Talk {
            window: session.window(),
            grant: Grant::of(session.budget()),
            ..Talk::of(cache_key(session.id()), draft.history().clone())
        };
        let record = match ask(&call, &*typed, talk, llm).await {
            Ok(record) => record,
            Err(error) => {
                let value = self.instead_of(&error);
                return value
                    .map(|value| Answer::otherwise(value, &error))
                    .ok_or(error);
            }
        };
        record.enter(&call, &mut draft);
        let answer = typed.answer(record, llm)?;
        session.commit(draft);
        Ok(answer)
    }

    /// What firing it on `input` asks for.
    pub(crate) fn asked(&self, id: &str, input: I) -> Result<Fired<T>, Error> {
        self.check()?;
        let (instruction, holes) = self.instruction.clone().into_parts();
        let Asked { mut blocks, form } = self.operation.ask(input, &self.particulars)?;
        let beside = Beside::of(&self.options);
        let examples = examples::blocks(
            &self.examples,
            &*self.operation,
            &self.particulars,
            &self.validators,
            beside,
        )?;
        let context = self.context.iter().filter(|text| !text.trim().is_empty());
        let context = context.map(|text| Block::new(step::CONTEXT, text));
        blocks.splice(0..0, context.chain(examples));
        blocks.extend(holes);
        let shape = form.shape()?;
        let mut options = self.options.clone();
        if options.confidence.is_some() {
            options.unsure = form.unsure().map(Cow::into_owned);
        }
        let call = StepCall {
            id: id.to_owned(),
            prompt: Message::prompt(
                self.verb,
                self.particulars.instruct(instruction, &self.criteria),
                blocks,
            ),
            schema: beside.schema(&shape)?,
            options,
        };
        let typed = Typed {
            form,
            validators: self.validators.clone(),
            beside,
            field: shape.field(),
        };
        Ok(Fired {
            call,
            typed: Arc::new(typed),
        })
    }

    /// Refuses what no model could do.
    fn check(&self) -> Result<(), ErrorKind> {
        self.instruction.check()?;
        self.particulars.check(self.verb)?;
        if self.options.runner_up && self.verb != Verb::Classify {
            return Err(misplaced("runner_up", Verb::Classify, self.verb));
        }
        match self.options.agreement {
            Some(samples) if samples < agreement::LEAST => {
                return Err(agreement::too_few(samples));
            }
            _ => {}
        }
        match self.options.confidence {
            Some(threshold) if !(0.0..=1.0).contains(&threshold) => Err(ErrorKind::BadOption {
                option: "confidence",
                problem: OptionProblem::OutOfRange {
                    given: threshold,
                    least: 0.0,
                    most: 1.0,
                },
            }),
            _ => Ok(()),
        }
    }
}

impl<T: 'static> Typed<T> {
    /// The answer that a record holds.
    pub(super) fn answer(&self, record: StepRecord, llm: &Llm) -> Result<Answer<T>, Error> {
        let runner_up = match &record.runner_up {
            Some(label) => Some(self.restore(label)?),
            None => None,
        };
        let asked = record.turn.iter().find_map(Message::asked);
        Ok(Answer {
            asked: asked.unwrap_or_else(|| llm.model()).to_owned(),
            value: self.restore(&record.answer)?,
            confidence: record.confidence,
            reasoning: record.reasoning,
            runner_up,
            repairs: record.repairs,
            mode: record.mode,
            attempts: record.attempts,
            log: record.log,
            usage: record.usage,
            spent: record.spent,
            finish: record.finish,
            model: record.model,
            window: record.window,
            time_to_first_token: record.time_to_first_token,
            cached: record.cached,
            instead_of: None,
        })
    }
}

/// A synapse with its input.
pub(crate) struct Fired<T: 'static> {
    pub(crate) call: StepCall,
    pub(crate) typed: Arc<Typed<T>>,
}
