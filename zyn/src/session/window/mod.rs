//! Context windows: what of a conversation is sent, and stays.

mod cut;
pub(crate) mod estimate;
#[cfg(test)]
mod tests;
mod windowed;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub use windowed::{Summary, Windowed};

use cut::{Unit, units};

use super::history::History;
use super::message::Message;
use crate::cost::Budget;
use crate::error::Error;
use crate::provider::BoxFuture;
use crate::verb::Verb;

/// How much of a conversation a model is sent: a rule, given to a session.
///
/// Without a window a request has the whole conversation. With one, what falls out of it leaves the session when the
/// fire succeeds, in one commit with the new turn; so requests stay small, and the session too. A fire that fails, is
/// cancelled or panics leaves the session as it was. In a workflow the window is applied before each step, on the run's
/// own draft. A store that keeps old versions has what fell out.
///
/// - Whole exchanges fall out, a user's message with its answer; a message without a partner falls out alone.
/// - System messages and [pinned](Message::pinned) ones stay, the other half of a pinned one too. They do not count.
/// - The message that is about to be sent is never touched.
///
/// It is configuration and no part of the conversation: it is not stored and not compared, and a session that was loaded
/// gets it anew. Clones of a session keep it. What it did is in [`Answer::window`](crate::Answer::window) and in each
/// [`StepReport::window`](crate::StepReport::window).
///
/// Something that falls out changes the beginning of the request, which the provider's cache then does not know;
/// [`slack`](Self::slack) makes that rare.
///
/// # Examples
///
/// A sliding window:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::testing::Scripted;
/// use zyn::{Llm, Message, Session, Window};
///
/// let llm = Llm::new(Scripted::new(["Blue.", "Green.", "Red."]));
/// let mut session = Session::new();
/// session.append(Message::system("Be brief."));
/// session.set_window(Window::last_turns(1));
///
/// let answer = zyn::transform("Answer");
/// for question in ["The sky?", "Grass?", "Blood?"] {
///     answer.fire(&llm, &mut session, question).await?;
/// }
/// // the turn that was sent along, and the new one; the system message in any case
/// let kept: Vec<_> = session.messages().iter().skip(2).step_by(2).map(Message::text).collect();
/// assert_eq!(kept, ["Green.", "Red."]);
/// assert_eq!(session.at(0)?.text(), "Be brief.");
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a window does nothing until a session has it: `session.set_window(…)`"]
pub struct Window {
    rule: Rule,
    slack: usize,
    instruction: Arc<str>,
    sum_up: Option<SumUp>,
}

#[derive(Clone)]
enum Rule {
    /// The first and the last, so many.
    Ends { first: usize, last: usize },
    /// An estimate of the request within a budget.
    Tokens(u64),
    /// Those that a predicate says yes to.
    KeepIf(Arc<Keep>),
}

type Keep = dyn Fn(&[&Message]) -> bool + Send + Sync;

/// Asks for a summary, as it is told, of what fell out. It comes from above: a session knows no model.
pub(crate) type SumUp =
    Arc<dyn Fn(&str, History, Terms) -> BoxFuture<'static, Result<Summary, Error>> + Send + Sync>;

/// On which terms a summary is asked for: those of the call that it is for.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) budgets: Vec<Budget>,
    pub(crate) deadline: Instant,
    /// How long the call was given until then.
    pub(crate) limit: Duration,
    pub(crate) at_most_once: bool,
}

const SUM_UP: &str = "Sum up the conversation so far, so that it can go on from your summary alone: what was asked and \
    answered, names and numbers, what was decided, and what is still open. Write the summary and nothing else.";

impl Window {
    /// Keeps the last `count` exchanges. With 0, only what never falls out is sent.
    pub fn last_turns(count: usize) -> Self {
        Self::ends(0, count)
    }

    /// Keeps the `first` exchanges, which often set the task, and the `last` ones.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Message, Session, Window};
    ///
    /// let llm = Llm::new(Scripted::new(["1", "2", "3", "4"]));
    /// let mut session = Session::new();
    /// session.set_window(Window::ends(1, 1));
    /// let count = zyn::transform("Count");
    /// for _ in 0..4 {
    ///     count.fire(&llm, &mut session, "on").await?;
    /// }
    /// let kept: Vec<_> = session.messages().iter().skip(1).step_by(2).map(Message::text).collect();
    /// assert_eq!(kept, ["1", "3", "4"]);
    /// # Ok(()) }
    /// ```
    pub fn ends(first: usize, last: usize) -> Self {
        Self::by(Rule::Ends { first, last })
    }

    /// Keeps as many of the last exchanges as make, with the prompt and the schema, a request of at most `budget` tokens.
    ///
    /// The tokens are estimated before they are sent: a quarter of the ASCII characters, one for each other character,
    /// and four for each message. From the second request on, the estimate is corrected by what the provider counted for
    /// the last one, fourfold at most. It stays an estimate: leave some room below the model's limit. If nothing more can
    /// fall out, the request is sent as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Session, Window};
    ///
    /// let llm = Llm::new(Scripted::new(vec!["word ".repeat(400); 10]));
    /// let mut session = Session::new();
    /// session.set_window(Window::tokens(2_000));
    /// let write = zyn::transform("Write a page");
    /// for _ in 0..10 {
    ///     let answer = write.fire_detailed(&llm, &mut session, "about rain").await?;
    ///     assert!(answer.spent.input_tokens <= 2_000);
    /// }
    /// assert_eq!(session.len(), 2 * 4);
    /// # Ok(()) }
    /// ```
    pub fn tokens(budget: u64) -> Self {
        Self::by(Rule::Tokens(budget))
    }

    /// Keeps the exchanges that `keep` says yes to: it sees the user's message and the answer, or the one message that
    /// has no partner.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use zyn::testing::Scripted;
    /// use zyn::{Llm, Message, Session, Window};
    ///
    /// let mut session = Session::new();
    /// for (question, answer) in [("Nice weather?", "Yes."), ("My parcel?", "It is late.")] {
    ///     session.append(Message::user(question));
    ///     session.append(Message::assistant(answer));
    /// }
    /// session.set_window(Window::keep_if(|turn| {
    ///     turn.iter().any(|message| message.text().contains("parcel"))
    /// }));
    ///
    /// let llm = Llm::new(Scripted::new(["Tomorrow."]));
    /// let answer = zyn::transform("Answer").fire_detailed(&llm, &mut session, "When?").await?;
    /// assert_eq!(answer.window.unwrap().fell_out, [0, 1]);
    /// assert_eq!(session.at(0)?.text(), "My parcel?");
    /// # Ok(()) }
    /// ```
    pub fn keep_if(keep: impl Fn(&[&Message]) -> bool + Send + Sync + 'static) -> Self {
        Self::by(Rule::KeepIf(Arc::new(keep)))
    }

    /// The same rule, and nobody is asked for a summary.
    pub(crate) fn silent(mut self) -> Self {
        self.sum_up = None;
        self
    }

    fn by(rule: Rule) -> Self {
        Self {
            rule,
            slack: 0,
            instruction: SUM_UP.into(),
            sum_up: None,
        }
    }

    /// Lets so many more gather before anything falls out, and then all of them at once: exchanges, or tokens in a window
    /// of [`tokens`](Self::tokens).
    ///
    /// In between the requests of a conversation begin alike, so that the provider's cache serves them, and summaries
    /// are rare.
    pub fn slack(mut self, more: usize) -> Self {
        self.slack = more;
        self
    }

    /// Asks for summaries in these words instead of the library's own. By its words an earlier summary is known as one:
    /// after others it is a turn like all.
    pub fn instruction(mut self, text: impl Into<String>) -> Self {
        self.instruction = text.into().into();
        self
    }

    /// The same window, with something that sums up what falls out.
    pub(crate) fn sum_up(mut self, sum_up: SumUp) -> Self {
        self.sum_up = Some(sum_up);
        self
    }

    /// The places of what falls out of `history`, in order, before a request that has `beside` tokens beside it.
    ///
    /// An earlier summary falls out with what is summed up next, and never alone.
    pub(crate) fn falls_out(&self, history: &History, beside: u64) -> Vec<usize> {
        let units = units(history).into_iter().filter(|unit| !unit.is_pinned());
        let (summaries, units): (Vec<_>, Vec<_>) = units.partition(|unit| self.is_summary(unit));
        let fallen = self.rule.fallen(self.slack, &units, history, beside);
        if fallen.is_empty() {
            return Vec::new();
        }
        let fallen = fallen.into_iter().chain(&summaries);
        let mut places: Vec<usize> = fallen.flat_map(|unit| &unit.places).copied().collect();
        places.sort_unstable();
        places
    }

    /// The summary of what falls out, on its way, if one is wanted.
    pub(crate) fn summary(
        &self,
        history: &History,
        fallen: &[usize],
        terms: Terms,
    ) -> Option<BoxFuture<'static, Result<Summary, Error>>> {
        let sum_up = self.sum_up.as_ref().filter(|_| !fallen.is_empty())?;
        let fallen = fallen.iter().filter_map(|&place| history.get(place));
        let fallen = fallen.cloned().collect();
        Some(sum_up(&self.instruction, fallen, terms))
    }

    fn is_summary(&self, unit: &Unit<'_>) -> bool {
        self.sum_up.is_some()
            && unit.messages.first().is_some_and(|message| {
                message.verb() == Some(Verb::Transform)
                    && message.instruction() == Some(&self.instruction)
                    && message.blocks().is_empty()
            })
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("rule", &self.rule)
            .field("slack", &self.slack)
            .field("summarise", &self.sum_up.is_some())
            .finish()
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ends { first: 0, last } => write!(f, "last_turns({last})"),
            Self::Ends { first, last } => write!(f, "ends({first}, {last})"),
            Self::Tokens(budget) => write!(f, "tokens({budget})"),
            Self::KeepIf(_) => f.write_str("keep_if(…)"),
        }
    }
}
