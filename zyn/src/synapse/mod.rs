//! The typed operations, and the core that fires them.

mod ask;
pub(crate) mod check;
pub(crate) mod classify;
pub(crate) mod extract;
pub(crate) mod form;
mod input;
mod instruction;
mod options;
mod step;
pub(crate) mod to_prompt;
mod transform;

use std::fmt;
use std::sync::Arc;

pub(crate) use ask::ask;
pub use classify::{Classify, Label, classify};
pub use extract::{Extract, extract};
pub use input::{Conversation, Input};
pub use instruction::Instruction;
pub(crate) use options::options;
pub use step::{Mode, Options, StepCall, StepRecord};
pub use to_prompt::ToPrompt;
pub use transform::transform;

use form::{Form, Reader, Typed, Validator};

use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::reply::Repair;
use crate::session::{Session, Usage};
use crate::verb::Verb;

/// A typed operation: what to do, how to read the answer, and its options. A value to keep and to fire often.
///
/// Made by [`extract`], [`classify`] and [`transform`]; inside `workflow!` the same words are its steps.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Classify)]
/// enum Urgency {
///     Low,
///     High,
/// }
///
/// let urgency = zyn::classify::<Urgency>("How urgent is it?").retry(1);
///
/// let llm = Llm::new(Scripted::new([r#"{"label":"High"}"#]));
/// let mut session = Session::new();
/// assert_eq!(urgency.fire(&llm, &mut session, "The house is on fire").await?, Urgency::High);
/// assert_eq!(session.len(), 2);
/// assert_eq!(session.at(1)?.text(), "High");
/// # Ok(()) }
/// ```
#[must_use = "a synapse does nothing until it is fired"]
pub struct Synapse<T: 'static> {
    verb: Verb,
    instruction: Instruction,
    options: Options,
    typed: Typed<T>,
}

options!(Synapse);

impl<T: 'static> Synapse<T> {
    fn new(verb: Verb, instruction: Instruction, form: &'static dyn Form<T>) -> Self {
        let typed = Typed {
            form,
            validators: Vec::new(),
        };
        Self {
            verb,
            instruction,
            options: Options::default(),
            typed,
        }
    }

    /// Fires it on `input`: the accepted answer, and its two messages in the session.
    ///
    /// Dropping the future abandons the call; it may have been paid for, which [`Llm::spend`] tells.
    ///
    /// # Errors
    ///
    /// [`Error`]: the input or the instruction is unusable, the provider gave no answer, no answer was valid, or the
    /// time ran out. The session is as it was.
    pub async fn fire(
        &self,
        llm: &Llm,
        session: &mut Session,
        input: impl Input,
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
        input: impl Input,
    ) -> Result<Answer<T>, Error> {
        let fired = self.parts(self.verb.name(), input.into_text())?;
        let mut draft = session.draft();
        let record = ask(&fired.call, &*fired.reader, draft.history().clone(), llm).await?;
        let value = self.restore(&record)?;
        draft.append_turn(record.turn.clone(), record.usage);
        session.commit(draft);
        Ok(Answer {
            value,
            confidence: Confidence::NotScored,
            repairs: record.repairs,
            mode: record.mode,
            attempts: record.attempts,
            usage: record.spent,
            finish: record.finish,
            model: record.model,
        })
    }

    /// What firing it on `input` asks for, without its type.
    pub(crate) fn parts(&self, id: &str, input: Option<String>) -> Result<Fired, Error> {
        let (instruction, values) = self.instruction.clone().into_parts();
        let schema = self.typed.form.schema()?;
        let call = StepCall {
            id: id.to_owned(),
            prompt: step::prompt(self.verb, instruction, values, input),
            schema,
            options: self.options.clone(),
        };
        Ok(Fired {
            call,
            reader: Arc::new(self.typed.clone()),
        })
    }

    /// The value of a record.
    pub(crate) fn restore(&self, record: &StepRecord) -> Result<T, Error> {
        self.typed.form.restore(&record.answer).map_err(|problem| {
            let problem = format!("its record does not hold an answer of this step: {problem}");
            ErrorKind::Engine { problem }.into()
        })
    }

    pub(crate) fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    pub(crate) fn validators_mut(&mut self) -> &mut Vec<Validator<T>> {
        &mut self.typed.validators
    }
}

/// A synapse with its input, its type left behind.
pub(crate) struct Fired {
    pub(crate) call: StepCall,
    pub(crate) reader: Arc<dyn Reader>,
}

impl<T: 'static> Clone for Synapse<T> {
    fn clone(&self) -> Self {
        Self {
            verb: self.verb,
            instruction: self.instruction.clone(),
            options: self.options.clone(),
            typed: self.typed.clone(),
        }
    }
}

impl<T: 'static> fmt::Debug for Synapse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Synapse")
            .field("verb", &self.verb)
            .field("instruction", &self.instruction.text())
            .field("options", &self.options)
            .field("validators", &self.typed.validators.len())
            .finish()
    }
}

/// An accepted answer and how it came about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Answer<T> {
    /// The value.
    pub value: T,
    /// How sure it is, and where that is from.
    pub confidence: Confidence,
    /// What was done to the model's text to read it.
    pub repairs: Vec<Repair>,
    /// How it was asked for.
    pub mode: Mode,
    /// How many attempts were made.
    pub attempts: u32,
    /// What they cost, failed and invalid ones included.
    pub usage: Usage,
    /// The provider's reason for ending, as it says it: `stop`.
    pub finish: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
}

/// Where a confidence is from.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Confidence {
    /// Nobody scored the answer.
    NotScored,
}
