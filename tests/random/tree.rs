//! What a random workflow is made of.

use super::Label;

/// One workflow; it is called by its place in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    pub name: String,
    pub body: Block,
}

/// Statements and how they end.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub stmts: Vec<Stmt>,
    pub end: End,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Stmt {
    Let {
        step: Step,
        mutable: bool,
        otherwise: Option<Block>,
    },
    /// To a `mut` step of text, in a loop.
    Assign(Step),
    Join {
        steps: Vec<Step>,
        otherwise: Option<Block>,
    },
    Match {
        /// `let` this name: the arms give a text, or leave.
        bound: Option<String>,
        on: String,
        arms: Vec<(Vec<Label>, Block)>,
    },
    If {
        on: String,
        yes: Block,
        no: Option<Block>,
    },
    For {
        name: String,
        rounds: usize,
        body: Block,
    },
    Note {
        role: &'static str,
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Nothing,
    /// Constants: one, or a tuple in the place of a join's.
    Values(Vec<Value>),
    Step(Step),
    /// The workflow's value: what these names stand for.
    Show(Vec<String>),
    Return(Vec<String>),
    Break,
    Continue,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub name: String,
    pub kind: Kind,
    /// A text in scope that its input reads.
    pub reads: Option<String>,
    pub reask: u32,
    /// Whether it is to be sure of 0.8; for labels.
    pub sure: bool,
    pub alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    Label,
    Yes,
    Fact,
    /// The workflow at this place.
    Run(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Label(Label),
    Yes(bool),
    Fact(u8),
}

/// The part that an arm has in ids.
pub fn arm(labels: &[Label]) -> String {
    if labels.is_empty() {
        return "_".to_owned();
    }
    let names: Vec<String> = labels.iter().map(|it| format!("{it:?}")).collect();
    names.join("+")
}

/// The path of an `else`, behind that of its `let`.
pub fn otherwise(steps: &[Step]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    format!("{}/else/", names.join("+"))
}

/// How many steps a block has, those of its blocks included.
pub fn steps_in(block: &Block) -> usize {
    let own = usize::from(matches!(block.end, End::Step(_)));
    let within = |block: &Option<Block>| block.as_ref().map_or(0, steps_in);
    let stmts = block.stmts.iter().map(|stmt| match stmt {
        Stmt::Let { otherwise, .. } => 1 + within(otherwise),
        Stmt::Assign(_) => 1,
        Stmt::Join { steps, otherwise } => steps.len() + within(otherwise),
        Stmt::Match { arms, .. } => arms.iter().map(|(_, body)| steps_in(body)).sum(),
        Stmt::If { yes, no, .. } => steps_in(yes) + within(no),
        Stmt::For { body, .. } => steps_in(body),
        Stmt::Note { .. } => 0,
    });
    own + stmts.sum::<usize>()
}
