//! The typed operations, and the core that fires them.

mod agreement;
mod among;
mod analyze;
mod answer;
mod ask;
mod asking;
mod beside;
mod binary;
mod cached;
pub(crate) mod check;
pub(crate) mod classify;
mod convert;
pub(crate) mod examples;
pub(crate) mod extract;
mod fire;
mod form;
pub(crate) mod input;
mod instruction;
mod labels;
mod measured;
mod names;
mod operation;
mod options;
pub(crate) mod partial;
mod particulars;
mod question;
mod rank;
mod reask;
mod refuse;
mod replay;
mod sentiment;
mod step;
mod stream;
mod sure;
mod tape;
pub(crate) mod to_prompt;
mod transform;
mod window;

use std::fmt;
use std::sync::Arc;

pub use among::classify_among;
pub use analyze::{Analysis, analyze};
pub use answer::{Answer, Confidence};
pub(crate) use ask::{Deadline, Talk, ask};
pub use binary::binary;
pub(crate) use classify::IsLabel;
pub use classify::{Classify, Label, classify};
pub use convert::convert;
pub use extract::{Extract, extract};
pub(crate) use fire::Fired;
pub(crate) use form::Reader;
pub use input::{Conversation, Input};
pub use instruction::Instruction;
pub use labels::{Labels, LabelsError};
pub(crate) use measured::begin;
pub(crate) use options::options;
pub(crate) use particulars::longest;
pub use rank::rank;
pub use sentiment::{Aspect, Polarity, Scores, Sentiment, sentiment};
pub use step::{Options, StepCall, StepRecord};
pub use stream::Streaming;
pub(crate) use tape::{Piece, Tape};
pub use to_prompt::ToPrompt;
pub use transform::transform;

use examples::Example;
use form::Validator;
use input::Text;
use operation::Operation;
use particulars::Particulars;

use crate::error::Error;
use crate::llm::{Llm, is_mendable, is_unfit};
use crate::verb::Verb;

/// A typed operation: what to do, how to read the answer, and its options. A value to keep and to fire often.
///
/// Made by [`extract`], [`classify`], [`classify_among`], [`transform`], [`binary`], [`rank`], [`sentiment`],
/// [`analyze`] and [`convert`]; inside `workflow!` the same words are its steps. `T` is what it answers, `I` what it
/// works on: text, unless the type says otherwise.
///
/// To have defaults is to keep a synapse and to add to a clone of it: an option that is a list grows, any other is
/// replaced, and no clone sees what is added to another.
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
pub struct Synapse<T: 'static, I: 'static = Text> {
    verb: Verb,
    instruction: Instruction,
    operation: Arc<dyn Operation<T, I>>,
    pub(crate) particulars: Particulars,
    pub(crate) context: Option<String>,
    pub(crate) criteria: Vec<String>,
    pub(crate) examples: Vec<Arc<Example<I>>>,
    pub(crate) options: Options,
    pub(crate) validators: Vec<Validator<T>>,
    pub(crate) llm: Option<Llm>,
    pub(crate) otherwise: Option<Otherwise<T>>,
}

/// Makes the value that stands where no model gives one.
type Otherwise<T> = Arc<dyn Fn() -> T + Send + Sync>;

/// The value that stands where no model gives one, if this error is of that kind.
fn instead_of<T>(otherwise: &Otherwise<T>, error: &Error) -> Option<T> {
    is_answerless(error).then(|| otherwise())
}

/// Whether no model gave an answer where one could have: what [`Synapse::otherwise`] stands for.
pub(crate) fn is_answerless(error: &Error) -> bool {
    is_mendable(error) || is_unfit(error)
}

options!(Synapse);

impl<T: 'static, I: 'static> Synapse<T, I> {
    fn new(
        verb: Verb,
        instruction: impl Into<Instruction>,
        operation: impl Operation<T, I> + 'static,
    ) -> Self {
        Self {
            verb,
            instruction: instruction.into(),
            operation: Arc::new(operation),
            particulars: Particulars::default(),
            context: None,
            criteria: Vec::new(),
            examples: Vec::new(),
            options: Options::default(),
            validators: Vec::new(),
            llm: None,
            otherwise: None,
        }
    }

    /// The value that stands where no model gives one, if there is one and this error is of that kind.
    pub(crate) fn instead_of(&self, error: &Error) -> Option<T> {
        instead_of(self.otherwise.as_ref()?, error)
    }

    pub(crate) fn synapse_mut(&mut self) -> &mut Self {
        self
    }
}

impl<T: 'static, I: 'static> Clone for Synapse<T, I> {
    fn clone(&self) -> Self {
        Self {
            verb: self.verb,
            instruction: self.instruction.clone(),
            operation: Arc::clone(&self.operation),
            particulars: self.particulars.clone(),
            context: self.context.clone(),
            criteria: self.criteria.clone(),
            examples: self.examples.clone(),
            options: self.options.clone(),
            validators: self.validators.clone(),
            llm: self.llm.clone(),
            otherwise: self.otherwise.clone(),
        }
    }
}

impl<T: 'static, I: 'static> fmt::Debug for Synapse<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Synapse")
            .field("verb", &self.verb)
            .field("instruction", &self.instruction.text())
            .field("options", &self.options)
            .field("examples", &self.examples.len())
            .field("validators", &self.validators.len())
            .finish_non_exhaustive()
    }
}
