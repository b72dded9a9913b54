//! A workflow inside a workflow.

use tracing::Instrument;

use super::cx::Cx;
use super::lane::Lane;
use super::report::StepReport;
use super::run::Run;
use crate::error::Error;
use crate::telemetry;

/// A [`Run`] inside another: what `run(…)` gives inside `workflow!`. The outer workflow runs it.
///
/// It is part of the outer run: the same model, engine, listener and budget, and one transaction. An engine, a listener
/// or a budget of its own does not count. Its steps are in the outer report, their ids behind its own: `routing/urgency`.
#[derive(Debug)]
#[must_use = "a step runs where `workflow!` finds it: on the right side of a `let`"]
pub struct Nested<'wf, T, E = Error> {
    pub(crate) run: Run<'wf, T, E>,
}

impl<'wf, T, E> Nested<'wf, T, E>
where
    E: From<Error>,
{
    /// Runs it where the graph has its place. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// Those of the workflow; none of its messages is kept.
    #[doc(hidden)]
    pub async fn __run(self, cx: &Cx<'wf>, index: usize) -> Result<T, E> {
        self.carry(cx, index, false).await
    }

    /// Runs it; `None` if it failed and an `else` may go on. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// What no `else` goes on behind.
    #[doc(hidden)]
    pub async fn __try(self, cx: &Cx<'wf>, index: usize) -> Result<Option<T>, E> {
        let outcome = self.carry(cx, index, true).await;
        cx.otherwise(outcome)
    }

    /// Puts it beside others, not started. For the expansion of `workflow!`.
    #[doc(hidden)]
    pub fn __lane(self, cx: &Cx<'wf>, index: usize) -> Lane<'wf, T, E>
    where
        T: 'wf,
        E: 'wf,
    {
        Lane::new(cx, move |cx, otherwise| {
            Box::pin(async move { self.carry(&cx, index, otherwise).await })
        })
    }

    async fn carry(self, cx: &Cx<'wf>, index: usize, otherwise: bool) -> Result<T, E> {
        let at = cx.at(index, otherwise)?;
        let (graph, body) = self.run.into_parts();
        let running = cx.start(&at);
        let inner = cx.inner(graph, &at);
        let span = telemetry::step(&at.id, at.verb);
        let outcome = body(inner.share()).instrument(span).await;
        if outcome.is_ok() {
            cx.take_up(&inner);
        }
        let failed = outcome.is_err();
        let failed = failed.then(|| format!("the workflow `{}` ended with an error", graph.name));
        running.end(StepReport::unasked(&at, failed));
        outcome
    }
}
