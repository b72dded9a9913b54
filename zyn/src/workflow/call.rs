//! Ordinary async Rust as a step.

use std::fmt;

use tracing::Instrument;

use super::cx::Cx;
use super::lane::Lane;
use super::report::StepReport;
use crate::error::Error;
use crate::provider::BoxFuture;
use crate::telemetry;

/// A future with a name in the graph: what `call(…)` gives inside `workflow!`. The workflow runs it.
#[must_use = "a step runs where `workflow!` finds it: on the right side of a `let`"]
pub struct Call<'f, T> {
    // boxed, so that what is no future is told of at the `call(…)` alone
    pub(crate) future: BoxFuture<'f, T>,
}

impl<'f, T: 'f> Call<'f, T> {
    /// Runs it where the graph has its place. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// None of its own: what the future gives is its value.
    #[doc(hidden)]
    pub async fn __run(self, cx: &Cx<'_>, index: usize) -> Result<T, Error> {
        let at = cx.at(index, false)?;
        if cx.shared().rehearsal {
            cx.stop(&at);
            // whoever rehearses looks at where it stopped and drops the run
            return std::future::pending().await;
        }
        let running = cx.start(&at);
        let span = telemetry::step(&at.id, at.verb);
        let value = self.future.instrument(span).await;
        running.end(StepReport::unasked(&at, None));
        Ok(value)
    }

    /// Runs it; it cannot fail. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// None of its own.
    #[doc(hidden)]
    pub async fn __try(self, cx: &Cx<'_>, index: usize) -> Result<Option<T>, Error> {
        self.__run(cx, index).await.map(Some)
    }

    /// Puts it beside others, not started. For the expansion of `workflow!`.
    #[doc(hidden)]
    pub fn __lane<'wf>(self, cx: &Cx<'wf>, index: usize) -> Lane<'wf, T>
    where
        'f: 'wf,
        T: 'wf,
    {
        Lane::new(cx, move |cx, _| {
            Box::pin(async move { self.__run(&cx, index).await })
        })
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
