//! What a run tells while it runs and afterwards.

use std::time::Duration;

use crate::reply::Repair;
use crate::session::Usage;
use crate::synapse::Mode;

/// What happens in a run, as [`Run::on_event`](crate::Run::on_event) hears it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A step starts.
    #[non_exhaustive]
    StepStarted {
        /// The step's id, as in the graph.
        id: &'static str,
        /// What it does: `extract`, `classify`, `transform`.
        verb: &'static str,
    },
    /// A step has ended, well or not.
    StepFinished(StepReport),
}

/// How a step went. For a step that an [`Engine`](crate::Engine) did not run again, what its record says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// The step's id, as in the graph.
    pub id: &'static str,
    /// What it does: `extract`, `classify`, `transform`.
    pub verb: &'static str,
    /// How long it took, waits and retries included.
    pub elapsed: Duration,
    /// How many attempts were made.
    pub attempts: u32,
    /// What they cost, failed and invalid ones included.
    pub usage: Usage,
    /// How it was asked for; `None` if it failed.
    pub mode: Option<Mode>,
    /// What was done to the reply to read it.
    pub repairs: Vec<Repair>,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

/// How a run went, step by step, in the order in which they ended.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The steps that ran, a failed one included.
    pub steps: Vec<StepReport>,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Report {
    /// What all steps cost together.
    pub fn usage(&self) -> Usage {
        self.steps.iter().map(|step| step.usage).sum()
    }

    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.steps.iter().map(|step| step.attempts).sum()
    }
}
