//! What a run tells while it runs and afterwards.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::place::At;
use crate::error::{Error, Length};
use crate::llm::Llm;
use crate::llm::attempt::{self, Attempt};
use crate::provider::Mode;
use crate::reply::Repair;
use crate::session::{Bill, Message, Summary, Usage, Windowed};
use crate::synapse::{Confidence, StepRecord};

/// What happens in a run, as [`Run::on_event`](crate::Run::on_event) hears it. `Debug` shows no content: of a text, its
/// length.
#[derive(Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, and lent to the listener"
)]
#[non_exhaustive]
pub enum Event {
    /// A step starts.
    #[non_exhaustive]
    StepStarted {
        /// The step's id: as in the graph, with its rounds and the steps round it: `round[2]/draft`, `routing/urgency`.
        id: Arc<str>,
        /// What it does: `extract`, `classify`, …; `run`, `call`, `compact`.
        verb: &'static str,
    },
    /// A step's model has written so much more, in a run that is [`streamed`](crate::Run::streamed): text, or the JSON
    /// that an answer stands in.
    #[non_exhaustive]
    StepText {
        /// The step's id.
        id: Arc<str>,
        /// What is new.
        text: String,
    },
    /// What was told of a step's text does not count: it is asked again.
    #[non_exhaustive]
    StepAgain {
        /// The step's id.
        id: Arc<str>,
    },
    /// A step has ended, well or not.
    StepFinished(StepReport),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StepStarted { id, verb } => f
                .debug_struct("StepStarted")
                .field("id", id)
                .field("verb", verb)
                .finish(),
            Self::StepText { id, text } => f
                .debug_struct("StepText")
                .field("id", id)
                .field("text", &Length(text))
                .finish(),
            Self::StepAgain { id } => f.debug_struct("StepAgain").field("id", id).finish(),
            Self::StepFinished(report) => f.debug_tuple("StepFinished").field(report).finish(),
        }
    }
}

/// How a step went. For a step that an [`Engine`](crate::Engine) did not run again, what its record says.
///
/// `Debug` shows no content: of reasoning and runner-up, their length.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// The step's id: as in the graph, with its rounds and the steps round it: `round[2]/draft`, `routing/urgency`.
    pub id: Arc<str>,
    /// What it does: `extract`, `classify`, …; `run`, `call`, `compact`.
    pub verb: &'static str,
    /// How long it took, waits and retries included.
    pub elapsed: Duration,
    /// How many attempts were made.
    pub attempts: u32,
    /// Each of them, in the order in which they began.
    pub log: Vec<Attempt>,
    /// What the accepted attempt cost, or those of all samples, which enters the session if the run ends well and nothing
    /// round the step was rolled back; `None` if the step failed, or the provider did not say.
    pub usage: Option<Usage>,
    /// What all attempts cost, failed and invalid ones included, as far as the provider said so.
    pub spent: Usage,
    /// How many attempts may have been billed without the provider's word on what they cost: cut off, timed out, failed
    /// at the server, or not counted.
    pub uncounted: u32,
    /// The model that was asked, by the name that its provider was set up with; of fallbacks, the one that answered, or was
    /// asked last. Empty if none was to be asked.
    pub asked: Arc<str>,
    /// How it was asked for; `None` if it failed.
    pub mode: Option<Mode>,
    /// What was done to the reply to read it.
    pub repairs: Vec<Repair>,
    /// How sure the answer is, and where that is from; `NotScored` if the step failed.
    pub confidence: Confidence,
    /// How the model came to the answer, if it was to say so.
    pub reasoning: Option<String>,
    /// The second best label, by its name, if it was asked for.
    pub runner_up: Option<String>,
    /// How long after its attempt began the answer's first text came, if it was a stream.
    pub time_to_first_token: Option<Duration>,
    /// Whether its answer is from a [`Cache`](crate::policy::Cache): nobody was asked, and it cost nothing.
    pub cached: bool,
    /// What the session's context window did before the request; `None` if it has none, or failed itself.
    pub window: Option<Windowed>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Whether it failed and the run went on: with an `else`, its own or that of a `join` or `run` round it, or with the
    /// value of [`otherwise`](crate::Synapse::otherwise).
    pub handled: bool,
}

impl fmt::Debug for StepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepReport")
            .field("id", &self.id)
            .field("verb", &self.verb)
            .field("elapsed", &self.elapsed)
            .field("attempts", &self.attempts)
            .field("log", &self.log)
            .field("usage", &self.usage)
            .field("spent", &self.spent)
            .field("uncounted", &self.uncounted)
            .field("asked", &self.asked)
            .field("mode", &self.mode)
            .field("repairs", &self.repairs)
            .field("confidence", &self.confidence)
            .field("reasoning", &self.reasoning.as_deref().map(Length))
            .field("runner_up", &self.runner_up.as_deref().map(Length))
            .field("time_to_first_token", &self.time_to_first_token)
            .field("cached", &self.cached)
            .field("window", &self.window)
            .field("error", &self.error)
            .field("handled", &self.handled)
            .finish()
    }
}

impl StepReport {
    /// Of a step that is a model's.
    pub(super) fn of(at: &At, llm: &Llm, outcome: Result<&StepRecord, &Error>) -> Self {
        let (record, failed) = (outcome.ok(), outcome.err());
        let log = outcome.map_or_else(|error| error.log().to_vec(), |record| record.log.clone());
        Self {
            id: Arc::clone(&at.id),
            verb: at.verb,
            elapsed: Duration::ZERO,
            attempts: outcome.map_or_else(Error::attempts, |record| record.attempts),
            usage: record.and_then(|it| it.usage),
            spent: outcome.map_or_else(Error::usage, |record| record.spent),
            uncounted: outcome.map_or_else(
                |error| attempt::uncounted(error.log()),
                |record| record.uncounted,
            ),
            asked: asked(outcome, llm),
            log,
            mode: record.map(|it| it.mode),
            repairs: record.map(|it| it.repairs.clone()).unwrap_or_default(),
            confidence: record.map(|it| it.confidence).unwrap_or_default(),
            reasoning: record.and_then(|it| it.reasoning.clone()),
            runner_up: record.and_then(|it| it.runner_up.clone()),
            time_to_first_token: record.and_then(|it| it.time_to_first_token),
            cached: record.is_some_and(|it| it.cached),
            window: match record {
                Some(record) => record.window.clone(),
                None => failed.and_then(Error::window).cloned(),
            },
            error: failed.map(ToString::to_string),
            handled: failed.is_some_and(|error| at.handles(error)),
        }
    }

    /// Of a step that asked no model itself.
    pub(super) fn unasked(at: &At, error: Option<String>) -> Self {
        Self {
            id: Arc::clone(&at.id),
            verb: at.verb,
            elapsed: Duration::ZERO,
            attempts: 0,
            log: Vec::new(),
            usage: None,
            spent: Usage::default(),
            uncounted: 0,
            asked: Arc::default(),
            mode: None,
            repairs: Vec::new(),
            confidence: Confidence::NotScored,
            reasoning: None,
            runner_up: None,
            time_to_first_token: None,
            cached: false,
            window: None,
            handled: at.handled && error.is_some(),
            error,
        }
    }

    /// With what was asked before it was cut off.
    pub(super) fn cut_off(self, llm: &Llm, log: Vec<Attempt>) -> Self {
        let last = log.last().map(|attempt| Arc::clone(&attempt.model));
        Self {
            attempts: attempt::count(&log),
            spent: attempt::spent(&log),
            uncounted: attempt::uncounted(&log),
            asked: last.unwrap_or_else(|| Arc::clone(llm.asked())),
            log,
            ..self
        }
    }
}

/// The model that a step's attempts went to: for a replayed one, what its record says.
fn asked(outcome: Result<&StepRecord, &Error>, llm: &Llm) -> Arc<str> {
    let turn = outcome.into_iter().flat_map(|record| &record.turn);
    let name = turn.filter_map(Message::asked).next_back();
    let log = outcome.err().map(Error::log).unwrap_or_default();
    let failed = log.last().map(|attempt| Arc::clone(&attempt.model));
    name.map(Arc::from)
        .or(failed)
        .unwrap_or_else(|| Arc::clone(llm.asked()))
}

/// How a run went, step by step, in the order in which they ended.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The steps that ran, a failed one included.
    pub steps: Vec<StepReport>,
    /// How long the run took.
    pub elapsed: Duration,
    pub(super) added: Usage,
}

impl Report {
    /// What the accepted attempts cost together, summaries of a context window included: what a run that ends well adds
    /// to the session's usage. Steps that were rolled back with a `join` or `run` are not in it.
    pub fn usage(&self) -> Usage {
        self.added
    }

    /// What all attempts of all steps and summaries cost together, failed and invalid ones included.
    ///
    /// One thing is not in it: what a summary of a context window had cost when the time limit of its step cut it off.
    /// That is in [`Llm::spend`] of the model that sums up.
    pub fn spent(&self) -> Usage {
        self.bill().usage()
    }

    /// What [`spent`](Self::spent) says, by model, to be priced.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::cost::{Price, Prices};
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    /// use zyn::{Response, Usage};
    ///
    /// workflow!(
    ///     async fn shout(text: &str) -> String {
    ///         let loud = transform("Write it in capitals", text);
    ///         loud
    ///     }
    /// );
    ///
    /// let llm = Llm::new(Scripted::new([Response::new("HELLO", Usage::new(1000, 10))]));
    /// let (loud, report) = shout("hello").run_detailed(&llm, &mut Session::new()).await;
    /// assert_eq!(loud.unwrap(), "HELLO");
    /// let prices = Prices::new().price("scripted", Price::new(2_000_000, 8_000_000));
    /// assert_eq!(prices.total(&report.bill()).unwrap().to_string(), "$0.00208");
    /// # }
    /// ```
    pub fn bill(&self) -> Bill {
        let mut bill = Bill::default();
        for step in &self.steps {
            // a record from before there were logs has its sums alone
            if step.log.is_empty() {
                bill.add(Some(&step.asked), step.spent);
                bill.add_uncounted(step.uncounted);
            }
            attempt::charge(&step.log, &mut bill);
        }
        for summary in self.summaries() {
            summary.charge(&mut bill);
        }
        bill
    }

    fn summaries(&self) -> impl Iterator<Item = &Summary> {
        let windows = self.steps.iter().filter_map(|step| step.window.as_ref());
        windows.filter_map(|window| window.summary.as_deref())
    }

    /// How many attempts were made, those of summaries included.
    pub fn attempts(&self) -> u32 {
        let steps = self.steps.iter().map(|step| step.attempts);
        steps.chain(self.summaries().map(|it| it.attempts)).sum()
    }
}
