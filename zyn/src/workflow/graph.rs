//! What a workflow is made of, known at compile time.

/// The steps of a workflow and how they hang together. `name::graph()` gives it for the workflow `name`.
///
/// # Examples
///
/// ```
/// use zyn::prelude::*;
///
/// workflow!(
///     /// Answer in the customer's language.
///     async fn reply(mail: &str) -> String {
///         let language = transform("Name the language", mail);
///         let answer = transform("Answer in {language}", mail);
///         answer
///     }
/// );
///
/// let graph = reply::graph();
/// assert_eq!(graph.inputs, ["mail"]);
/// let ids: Vec<_> = graph.steps.iter().map(|step| step.id).collect();
/// assert_eq!(ids, ["language", "answer"]);
/// assert_eq!(graph.steps[1].reads, ["mail", "language"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph {
    /// The workflow's name.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// The names of its inputs.
    pub inputs: &'static [&'static str],
    /// The type of its value, as written.
    pub output: &'static str,
    /// The steps, in the order of the text.
    pub steps: &'static [StepInfo],
    /// The branches that have steps in their arms, outer ones first.
    pub branches: &'static [BranchInfo],
    /// The inputs and steps that its value is made of.
    pub result: &'static [&'static str],
}

/// One step of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepInfo {
    /// Its binding and path: `High/text`. Unique, and its name in traces, reports and records.
    pub id: &'static str,
    /// What it does: `extract`, `classify`, `transform`.
    pub verb: &'static str,
    /// The type of its answer, as written; `_` where it is left to inference.
    pub output: &'static str,
    /// Its instruction, as written; empty where it is not a literal.
    pub instruction: &'static str,
    /// The inputs and steps that its prompt is made of.
    pub reads: &'static [&'static str],
    /// The steps of which one has run last before it: several behind a branch, none at the start.
    pub follows: &'static [&'static str],
    /// Whether it has no input and reads the conversation.
    pub conversation: bool,
    /// Its line in the source file.
    pub line: u32,
}

/// A `match` or `if` of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchInfo {
    /// The path of the arm in which it stands; empty at the top.
    pub within: &'static str,
    /// What decides, as written.
    pub on: &'static str,
    /// The inputs and steps that the decision is made of.
    pub reads: &'static [&'static str],
    /// The ways out; an `if` without `else` has two as well.
    pub arms: &'static [ArmInfo],
}

/// One arm of a [`BranchInfo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArmInfo {
    /// The pattern, as written; `yes` or `no` of an `if`.
    pub label: &'static str,
    /// The path in the ids of its steps: `High`.
    pub path: &'static str,
    /// Its steps are `start..end` of the graph's.
    pub start: usize,
    /// Behind its last step.
    pub end: usize,
    /// Whether it ends the workflow with `return`.
    pub ends: bool,
}
