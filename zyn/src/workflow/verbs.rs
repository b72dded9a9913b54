//! The verbs of `workflow!`. Inside a workflow they are in scope, and a `let` that calls one is a step.
//!
//! Each takes an instruction and what to work on; without the second the step reads the conversation.

use super::Step;
use crate::synapse::{self, Classify, Extract, Input, Instruction};

/// Reads a `T` out of text.
pub fn extract<T: Extract>(instruction: impl Into<Instruction>, input: impl Input) -> Step<T> {
    Step::new(synapse::extract(instruction), input)
}

/// Picks one label of `L` for text.
pub fn classify<L: Classify>(question: impl Into<Instruction>, input: impl Input) -> Step<L> {
    Step::new(synapse::classify(question), input)
}

/// Rewrites text.
pub fn transform(instruction: impl Into<Instruction>, input: impl Input) -> Step<String> {
    Step::new(synapse::transform(instruction), input)
}
