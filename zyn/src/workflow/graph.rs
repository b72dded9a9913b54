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
    /// The version that `#[zyn(version = 2)]` says; 1 without it.
    pub version: u32,
    /// Its doc comment.
    pub doc: &'static str,
    /// The names of its inputs.
    pub inputs: &'static [&'static str],
    /// The type of its value, as written.
    pub output: &'static str,
    /// The steps, in the order of the text.
    pub steps: &'static [StepInfo],
    /// How they follow each other.
    pub body: Sequence,
    /// The inputs and steps that its value is made of.
    pub result: &'static [&'static str],
}

/// One step of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepInfo {
    /// Its binding and path: `High/text`. Unique in its workflow. In a loop and in a workflow inside a workflow, traces,
    /// reports and records add the round and the outer step: `round[2]/draft`, `routing/category`.
    pub id: &'static str,
    /// What it does: `extract`, `classify`, …; `run` a workflow, `call` ordinary Rust, `compact` the conversation.
    pub verb: &'static str,
    /// The type of its answer, as written; `_` where it is left to inference.
    pub output: &'static str,
    /// Its instruction, as written: the text of a literal, else the expression. Empty for `run` and `call`.
    pub instruction: &'static str,
    /// What it works on, as written: the text of a literal, else the expression. Empty if it reads the conversation.
    pub input: &'static str,
    /// Its options, as written: `retry(2)`, `confidence(0.8)`.
    pub options: &'static [&'static str],
    /// The inputs and steps that its prompt is made of.
    pub reads: &'static [&'static str],
    /// Whether it has no input and reads the conversation.
    pub conversation: bool,
    /// The workflow that it runs, if it is a `run`.
    pub workflow: Option<&'static Graph>,
    /// Its line in the source file.
    pub line: u32,
}

/// What happens one after another: a body, an arm, a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    /// In the order of the text. Ordinary Rust is not among them.
    pub nodes: &'static [Node],
    /// Where it goes on behind the last of them.
    pub end: End,
}

/// Where a [`Sequence`] leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// To what follows it.
    Next,
    /// Out of the workflow: `return`.
    Return,
    /// Out of the loop of this [path](LoopInfo::path), or the block of this [label](BlockInfo::label): `break`.
    Break(&'static str),
    /// To the next round of the loop of this [path](LoopInfo::path): `continue`.
    Continue(&'static str),
}

/// What may stand in a [`Sequence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A step, by its place among [`Graph::steps`].
    Step(usize),
    /// Steps that run at the same time, by their places; their turns enter the conversation in this order.
    Join(&'static [usize]),
    /// A `match` or `if` that decides between steps or ways out.
    Branch(BranchInfo),
    /// A `for` loop with steps in it.
    Loop(LoopInfo),
    /// A block with a label, which a `break` can leave.
    Block(BlockInfo),
    /// A step or `join` with an `else`.
    Fallback(FallbackInfo),
    /// A message put into the conversation.
    Note(NoteInfo),
}

/// A `match` or `if` of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BranchInfo {
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
    /// What happens there.
    pub body: Sequence,
}

/// A `for` loop of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopInfo {
    /// The path in the ids of its steps: `round`.
    pub path: &'static str,
    /// The pattern of one round, as written: `_round`.
    pub each: &'static str,
    /// What it goes over, as written: `0..rounds`. It bounds the rounds.
    pub over: &'static str,
    /// The inputs and steps that the bound is made of.
    pub reads: &'static [&'static str],
    /// One round.
    pub body: Sequence,
}

/// A block with a label of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockInfo {
    /// Its label: `'found`.
    pub label: &'static str,
    /// What happens in it.
    pub body: Sequence,
}

/// A step or `join` of a [`Graph`] with what happens if it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackInfo {
    /// What is tried: a [`Node::Step`] or a [`Node::Join`].
    pub tried: &'static Node,
    /// What happens if it fails.
    pub otherwise: Sequence,
}

/// A message that a workflow puts into the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteInfo {
    /// Who says it: `system`, `user`, `assistant`.
    pub role: &'static str,
    /// What is said, as written: the text of a literal, else the expression.
    pub text: &'static str,
    /// The inputs and steps that it is made of.
    pub reads: &'static [&'static str],
    /// Its line in the source file.
    pub line: u32,
}
