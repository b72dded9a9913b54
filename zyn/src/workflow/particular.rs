//! The options of a step that only its verb has. They are those of the [`Synapse`](crate::Synapse).

use super::Step;
use crate::input::{Json, List};
use crate::synapse::{Analysis, Extract, Sentiment};

impl<X: 'static> Step<Vec<X>, List<X>> {
    /// Asks for the first `count` items only, at least 1; for all if there are fewer.
    pub fn top(mut self, count: usize) -> Self {
        self.synapse = self.synapse.top(count);
        self
    }
}

impl Step<Sentiment> {
    /// Adds things in the text to judge by themselves. Each is in the answer once, and nothing else is.
    pub fn aspects<A: Into<String>>(mut self, aspects: impl IntoIterator<Item = A>) -> Self {
        self.synapse = self.synapse.aspects(aspects);
        self
    }
}

impl<T: 'static> Step<Analysis, Json<T>> {
    /// Says what the analysis is to look at most closely.
    pub fn focus(mut self, focus: impl Into<String>) -> Self {
        self.synapse = self.synapse.focus(focus);
        self
    }
}

impl<T: 'static, U: Extract> Step<U, Json<T>> {
    /// Adds rules of the conversion: a line each, with the instruction.
    pub fn rules<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.synapse = self.synapse.rules(rules);
        self
    }
}
