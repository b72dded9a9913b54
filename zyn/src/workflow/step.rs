//! A step of a workflow, before it runs.

use std::fmt;

use super::cx::Cx;
use crate::error::Error;
use crate::synapse::{Input, Options, Synapse, form::Validator, options};

/// A [`Synapse`] with its input: what a verb gives inside `workflow!`. The workflow runs it.
#[must_use = "a step runs where `workflow!` finds it: on the right side of a `let`"]
pub struct Step<T: 'static> {
    pub(crate) synapse: Synapse<T>,
    pub(crate) input: Option<String>,
}

options!(Step);

impl<T: 'static> Step<T> {
    pub(crate) fn new(synapse: Synapse<T>, input: impl Input) -> Self {
        Self {
            synapse,
            input: input.into_text(),
        }
    }

    /// Runs it where the graph has its place. For the expansion of `workflow!`.
    ///
    /// # Errors
    ///
    /// The step's own.
    #[doc(hidden)]
    pub async fn __run(self, cx: &Cx<'_>, index: usize) -> Result<T, Error> {
        cx.step(index, self).await
    }

    fn options_mut(&mut self) -> &mut Options {
        self.synapse.options_mut()
    }

    fn validators_mut(&mut self) -> &mut Vec<Validator<T>> {
        self.synapse.validators_mut()
    }
}

impl<T: 'static> fmt::Debug for Step<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("synapse", &self.synapse)
            .field("input", &self.input.as_ref().map(String::len))
            .finish()
    }
}
