//! Why an option, an example or a step is refused, in parts.

use std::time::Duration;

pub use crate::error::Excerpt;
pub use crate::synapse::LabelsError;

use crate::cost::Cost;
use crate::error::{ErrorKind, Listed};
use crate::reply::Violation;

/// Why [`ErrorKind::BadOption`] refuses what an option was given. Nothing was sent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionProblem {
    /// A count that nothing can be.
    #[error("takes at least {least} and was given {given}")]
    TooSmall {
        /// What it was given.
        given: usize,
        /// The least that it takes.
        least: usize,
    },
    /// A number outside a range.
    #[error("takes {least} to {most} and was given {given}")]
    OutOfRange {
        /// What it was given.
        given: f64,
        /// The least that it takes.
        least: f64,
        /// The most that it takes.
        most: f64,
    },
    /// A step that is to stand alone and has no input.
    #[error("leaves nothing to read, for the step has no input; give it one")]
    NothingToRead,
    /// A name without a word in it.
    #[error("was given a blank name")]
    Blank,
    /// Two names that a model cannot tell apart: the same, but for capital letters and blanks around them.
    #[error("was given both {first:?} and {second:?}, which a model cannot tell apart")]
    Alike {
        /// The one that comes first.
        first: String,
        /// The other.
        second: String,
    },
    /// A name that is not one line of plain characters.
    #[error("was given {given:?}, which has a line break or a control character in it")]
    NotOneLine {
        /// What it was given.
        given: String,
    },
}

/// Why [`ErrorKind::Budget`] refuses a call. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetProblem {
    /// The request is estimated at more tokens than are left.
    #[error(
        "the budget is {limit} tokens, {spent} are spent and this call needs about {needed}; raise the budget, or shorten the request"
    )]
    Tokens {
        /// The budget.
        limit: u64,
        /// What was spent before, and is held for calls beside it.
        spent: u64,
        /// The estimate of the request, and the most that its answer may have, if that is limited.
        needed: u64,
    },
    /// The request is estimated at more money than is left.
    #[error(
        "the budget is {limit}, {spent} is spent and this call needs about {needed}; raise the budget, or shorten the request"
    )]
    Cost {
        /// The budget.
        limit: Cost,
        /// What was spent before, and is held for calls beside it.
        spent: Cost,
        /// The estimate of the request, and the most that its answer may cost, if it is limited.
        needed: Cost,
    },
    /// All attempts were made.
    #[error("the budget is {limit} attempts, and they are made; raise the budget")]
    Attempts {
        /// The budget.
        limit: u64,
    },
    /// Nobody knows what the model costs.
    #[error("the budget's prices do not know the model `{model}`; add it with `Prices::price`")]
    NoPrice {
        /// The model that was to be asked.
        model: String,
    },
}

/// Why a [`RateLimit`](crate::policy::RateLimit) does not let a call wait. Nothing was sent, and nothing taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Shed {
    /// As many calls wait as may.
    #[error(
        "{waiting} calls wait for the rate limit and {most} may; try again later, lower the load, or let more wait with `RateLimit::queue`"
    )]
    Queue {
        /// How many wait.
        waiting: usize,
        /// How many may.
        most: usize,
    },
    /// The call would be let through too late.
    #[error(
        "the rate limit holds the call up for {wait:?} and it has {left:?} left; allow more with `.timeout(…)`, lower the load, or raise the limit"
    )]
    Deadline {
        /// How long it would have to wait from now on, at the least, as things stand.
        wait: Duration,
        /// How long it can.
        left: Duration,
    },
}

/// Why [`ErrorKind::NotMeasured`] has nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmeasured {
    /// It is known that the model does not tell. Nothing was sent.
    #[error("the model does not tell how likely its tokens are, so nothing was sent")]
    NotTold,
    /// The answer came without log-probabilities.
    #[error("the provider gave no log-probabilities with the answer")]
    NotGiven,
    /// The tokens are not those of the answer, or the reply has more JSON in it than the answer.
    #[error("the answer was not found in the tokens that the provider gave")]
    NotFound,
}

/// Why [`ErrorKind::Example`] refuses an example. Nothing was sent.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ExampleProblem {
    /// Its input is the conversation, which is no example of one.
    #[error("it has no input of its own; give it a text")]
    NoInput,
    /// Its input cannot be worked on, as would be said of the input itself.
    #[error("{0}")]
    Input(Box<ErrorKind>),
    /// Its answer cannot be written as JSON.
    #[error("its answer cannot be written as JSON; look at its `Serialize`")]
    AnswerNotJson {
        /// What its `Serialize` said. Not shown by `Display` or `Debug`: it may quote the answer.
        problem: Excerpt,
    },
    /// Its answer would not be accepted from a model.
    #[error("its answer would not be accepted: {}", Listed(.0))]
    Answer(Vec<Violation>),
}
