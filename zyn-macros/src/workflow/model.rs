//! What a workflow is, once it has been read.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::scope::Sources;

/// What a body says about the graph.
#[derive(Default)]
pub(crate) struct Body {
    /// In the order of the text.
    pub(crate) steps: Vec<Step>,
    pub(crate) sequence: Sequence,
    /// Inputs and steps that the workflow's value is made of.
    pub(crate) result: Sources,
    /// The words that it has as names of its own too.
    pub(crate) taken: BTreeSet<&'static str>,
}

/// One step, as the graph tells it.
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) verb: String,
    /// The type of the answer, as written; `_` where it is left to inference.
    pub(crate) output: String,
    /// The text of a literal, else the expression.
    pub(crate) instruction: String,
    /// The text of a literal, else the expression; empty if there is none.
    pub(crate) input: String,
    pub(crate) options: Vec<String>,
    pub(crate) reads: Sources,
    /// Whether it has no input and reads the conversation instead.
    pub(crate) conversation: bool,
    /// The graph of the workflow that it runs.
    pub(crate) workflow: Option<TokenStream>,
    pub(crate) line: usize,
}

/// What happens one after another.
#[derive(Default)]
pub(crate) struct Sequence {
    pub(crate) nodes: Vec<Node>,
    pub(crate) end: End,
}

/// Where a [`Sequence`] leads.
#[derive(Default, PartialEq)]
pub(crate) enum End {
    #[default]
    Next,
    Return,
    /// Out of the loop of this path, or the block of this label.
    Break(String),
    /// To the next round of the loop of this path.
    Continue(String),
}

pub(crate) enum Node {
    /// By its place among the steps.
    Step(usize),
    Join(Vec<usize>),
    Branch(Branch),
    Loop(Loop),
    /// A block with a label, which a `break` can leave.
    Block(String, Sequence),
    Fallback {
        tried: Box<Node>,
        otherwise: Sequence,
    },
    Note(Note),
}

impl Node {
    /// Whether there is a step or a note in it.
    pub(crate) fn acts(&self) -> bool {
        match self {
            Self::Branch(branch) => {
                let mut nodes = branch.arms.iter().flat_map(|arm| &arm.body.nodes);
                nodes.any(Self::acts)
            }
            Self::Block(_, body) => body.nodes.iter().any(Self::acts),
            _ => true,
        }
    }
}

/// A `match` or `if`.
pub(crate) struct Branch {
    pub(crate) on: String,
    pub(crate) reads: Sources,
    pub(crate) arms: Vec<Arm>,
}

/// One way through a [`Branch`].
pub(crate) struct Arm {
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) body: Sequence,
}

/// A `for` loop.
pub(crate) struct Loop {
    pub(crate) path: String,
    pub(crate) each: String,
    pub(crate) over: String,
    pub(crate) reads: Sources,
    pub(crate) body: Sequence,
}

/// A message that is put into the conversation.
pub(crate) struct Note {
    pub(crate) role: String,
    pub(crate) text: String,
    pub(crate) reads: Sources,
    pub(crate) line: usize,
}
