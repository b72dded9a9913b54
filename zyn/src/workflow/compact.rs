//! The conversation summed up in the middle of a run.

use std::sync::Arc;

use super::carry::Work;
use super::cx::Cx;
use super::place::At;
use super::report::StepReport;
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::session::Window;
use crate::synapse::{Conversation, Fired, Input, Instruction, Reader, transform};

/// A summary of what falls out of a window: what `compact(…)` gives inside `workflow!`. The workflow runs it.
#[derive(Debug)]
#[must_use = "a step runs where `workflow!` finds it: on the right side of a `let`"]
pub struct Compact {
    pub(crate) instruction: Instruction,
    pub(crate) window: Window,
    pub(crate) llm: Option<Llm>,
}

impl Compact {
    /// Asks `llm` for the summary, which may be a cheaper model, instead of the one of the run.
    pub fn using(mut self, llm: &Llm) -> Self {
        self.llm = Some(llm.clone());
        self
    }

    /// Runs it where the graph has its place. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// Those of the summary; the conversation is as it was.
    #[doc(hidden)]
    pub async fn __run(self, cx: &Cx<'_>, index: usize) -> Result<String, Error> {
        self.carry(cx, index, false).await
    }

    /// Runs it; `None` if it failed and an `else` may go on. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// What no `else` goes on behind.
    #[doc(hidden)]
    pub async fn __try(self, cx: &Cx<'_>, index: usize) -> Result<Option<String>, Error> {
        let outcome = self.carry(cx, index, true).await;
        cx.otherwise(outcome)
    }

    async fn carry(self, cx: &Cx<'_>, index: usize, otherwise: bool) -> Result<String, Error> {
        let at = cx.at(index, otherwise)?;
        let summary = self.sum_up(cx, &at).await;
        summary.map_err(|error| error.at_step(&at.id))
    }

    async fn sum_up(self, cx: &Cx<'_>, at: &At) -> Result<String, Error> {
        let llm = cx.llm(self.llm.as_ref());
        if cx.line().beside {
            return Err(cx.refused(at, &llm, ErrorKind::CompactBeside.into()));
        }
        // by its words an earlier summary is known as one
        let window = self.window.instruction(self.instruction.text());
        let fallen = window.summarise(&llm).falls_out(&cx.history(), 0);
        if fallen.is_empty() {
            cx.start(at).end(StepReport::unasked(at, None));
            return Ok(String::new());
        }
        let summary = transform(self.instruction);
        match summary.asked(&at.id, Conversation.into_input()) {
            Ok(Fired { call, typed }) => {
                let work = Work {
                    call,
                    reader: Arc::clone(&typed) as Arc<dyn Reader>,
                    llm,
                    instead_of: fallen,
                };
                let record = cx.carry(at, work).await?;
                typed.restore(&record.answer)
            }
            Err(error) => Err(cx.refused(at, &llm, error)),
        }
    }
}
