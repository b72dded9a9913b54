//! A step of a workflow, before it runs.

use std::fmt;

use super::cx::Cx;
use super::lane::Lane;
use crate::error::Error;
use crate::synapse::{Input, IsLabel, Synapse, input::Text, options};

/// A [`Synapse`] with its input: what a verb gives inside `workflow!`. The workflow runs it.
#[must_use = "a step runs where `workflow!` finds it: on the right side of a `let`"]
pub struct Step<T: 'static, I: 'static = Text> {
    pub(crate) synapse: Synapse<T, I>,
    pub(crate) input: I,
}

options!(Step);

impl<T: 'static, I: Clone + Send + 'static> Step<T, I> {
    pub(crate) fn new(synapse: Synapse<T, I>, input: impl Input<I>) -> Self {
        Self {
            synapse,
            input: input.into_input(),
        }
    }

    /// Runs it where the graph has its place. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// The step's own.
    #[doc(hidden)]
    pub async fn __run(self, cx: &Cx<'_>, index: usize) -> Result<T, Error> {
        cx.step(index, self, false).await
    }

    /// Runs it; `None` if it failed and an `else` may go on. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// What no `else` goes on behind.
    #[doc(hidden)]
    pub async fn __try(self, cx: &Cx<'_>, index: usize) -> Result<Option<T>, Error> {
        let outcome = cx.step(index, self, true).await;
        cx.otherwise(outcome)
    }

    /// Puts it beside others, not started. For the expansion of `workflow!`.
    #[doc(hidden)]
    pub fn __lane<'wf>(self, cx: &Cx<'wf>, index: usize) -> Lane<'wf, T>
    where
        I: Sync,
    {
        Lane::new(cx, move |cx, otherwise| {
            Box::pin(async move { cx.step(index, self, otherwise).await })
        })
    }
}

impl<L: IsLabel> Step<L> {
    /// Asks for the second best label too: its name is in [`StepReport::runner_up`](crate::StepReport::runner_up).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    ///
    /// #[derive(Debug, Clone, Copy, PartialEq, Classify)]
    /// enum Mood {
    ///     Happy,
    ///     Calm,
    ///     Angry,
    /// }
    ///
    /// workflow!(
    ///     async fn mood(text: &str) -> Mood {
    ///         let mood = classify::<Mood>("What is the mood?", text).runner_up();
    ///         mood
    ///     }
    /// );
    ///
    /// let llm = Llm::new(Scripted::new([r#"{"label":"Calm","runner_up":"Happy"}"#]));
    /// let (mood, report) = mood("All is well.").run_detailed(&llm, &mut Session::new()).await;
    /// assert_eq!(mood.unwrap(), Mood::Calm);
    /// assert_eq!(report.steps[0].runner_up.as_deref(), Some("Happy"));
    /// # }
    /// ```
    pub fn runner_up(mut self) -> Self {
        self.synapse = self.synapse.runner_up();
        self
    }
}

impl<T: 'static, I: 'static> Step<T, I> {
    fn synapse_mut(&mut self) -> &mut Synapse<T, I> {
        &mut self.synapse
    }
}

impl<T: 'static, I: fmt::Debug + 'static> fmt::Debug for Step<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("synapse", &self.synapse)
            .field("input", &self.input)
            .finish()
    }
}
