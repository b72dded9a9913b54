//! What a picture shows: the graph as shapes that follow each other, the same for every form.

use crate::workflow::graph::{
    BranchInfo, End, FallbackInfo, Graph, LoopInfo, Node, NoteInfo, Sequence, StepInfo,
};

use super::words::short;

/// How deep workflows are drawn inside workflows. One that is drawn already is not drawn inside itself.
const DEEPEST: usize = 4;

/// What stands behind each other.
pub(super) type Flow = Vec<Block>;

/// One thing in a [`Flow`].
#[derive(Debug)]
pub(super) enum Block {
    One(Shape, Label),
    /// What runs at the same time.
    Together(Vec<Flow>),
    Choice(Label, Vec<(String, Flow)>),
    /// The path of a loop, what begins each round, one round.
    Rounds(String, Label, Flow),
    /// A block that a way out can leave, and its path.
    Labelled(String, Flow),
    /// A title, the step that runs the workflow, the workflow.
    Inside(String, Label, Flow),
    /// What is tried, when it counts as failed, what happens then.
    Fallible(Box<Block>, &'static str, Flow),
    /// The end of a flow that does not go on behind it.
    Leave(Way, Label),
}

/// The form of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The workflow's beginning and end, and a way out.
    Terminal,
    Step,
    /// A step that runs a workflow.
    Run,
    Note,
    Choice,
    Round,
    /// Opens what runs at the same time.
    Fork,
    /// Closes it.
    Meet,
}

/// A way out of a flow; of the loop or block of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    Return,
    Break(String),
    Continue(String),
}

/// What a node says, line by line.
pub(super) type Label = Vec<Line>;

/// One line of a [`Label`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tone: Tone,
    pub(super) text: String,
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// A name: bold.
    Name,
    Plain,
    /// What a prompt says: italic.
    Said,
}

pub(super) const NEXT_ROUND: &str = "next round";
pub(super) const NO_MORE: &str = "no more rounds";

/// The title of the frame of a loop.
pub(super) fn loop_title(path: &str) -> String {
    format!("loop {path}")
}

pub(super) fn line(tone: Tone, text: impl Into<String>) -> Line {
    Line {
        tone,
        text: text.into(),
    }
}

/// The workflow's name and inputs, with which the picture begins.
pub(super) fn beginning(graph: &Graph) -> Label {
    let mut label = vec![line(
        Tone::Name,
        format!("{}({})", graph.name, graph.inputs.join(", ")),
    )];
    if graph.version != 1 {
        label.push(line(Tone::Plain, format!("version {}", graph.version)));
    }
    label
}

/// The workflow's value, with which the picture ends.
pub(super) fn ending(graph: &Graph) -> Label {
    let mut label = vec![line(Tone::Name, short(graph.output))];
    label.extend(of("made of", graph.result));
    label
}

/// What happens between the two.
pub(super) fn flow(graph: &Graph) -> Flow {
    Drawn {
        graph,
        prefix: String::new(),
        outer: vec![graph],
    }
    .sequence(&graph.body, "")
}

/// A workflow that is being drawn.
struct Drawn<'a> {
    graph: &'a Graph,
    /// What stands before its steps' ids: the path of the step that runs it.
    prefix: String,
    /// The workflows around it, and itself.
    outer: Vec<&'a Graph>,
}

impl<'a> Drawn<'a> {
    /// What happens in a round of the loop whose path is `round`.
    fn sequence(&self, sequence: &Sequence, round: &str) -> Flow {
        let nodes = sequence.nodes.iter();
        let mut flow: Flow = nodes.map(|node| self.node(node, round)).collect();
        let path = |of: &str| format!("{}{of}", self.prefix);
        let leave = |way, text: String| Some(Block::Leave(way, vec![line(Tone::Plain, text)]));
        flow.extend(match sequence.end {
            End::Next => None,
            End::Return => leave(Way::Return, "return".to_owned()),
            End::Break(left) => {
                let text = match left {
                    _ if left == round => "leave the loop".to_owned(),
                    _ if left.starts_with('\'') => format!("leave {left}"),
                    _ => format!("leave the loop {}", path(left)),
                };
                leave(Way::Break(path(left)), text)
            }
            End::Continue(of) => {
                let text = match of {
                    _ if of == round => NEXT_ROUND.to_owned(),
                    _ => format!("{NEXT_ROUND} of {}", path(of)),
                };
                leave(Way::Continue(path(of)), text)
            }
        });
        flow
    }

    fn node(&self, node: &Node, round: &str) -> Block {
        match node {
            Node::Step(at) => self.step(*at),
            Node::Join(all) => Block::Together(all.iter().map(|at| vec![self.step(*at)]).collect()),
            Node::Branch(branch) => self.branch(branch, round),
            Node::Loop(rounds) => self.rounds(rounds),
            Node::Block(block) => Block::Labelled(
                format!("{}{}", self.prefix, block.label),
                self.sequence(&block.body, round),
            ),
            Node::Fallback(fallback) => self.fallback(fallback, round),
            Node::Note(note) => noted(note),
        }
    }

    fn step(&self, at: usize) -> Block {
        let Some(step) = self.graph.steps.get(at) else {
            return Block::One(Shape::Step, vec![line(Tone::Name, format!("step {at}"))]);
        };
        let id = format!("{}{}", self.prefix, step.id);
        let label = describe(&id, step);
        let Some(inner) = step.workflow else {
            return Block::One(Shape::Step, label);
        };
        let drawn = self.outer.iter().any(|outer| std::ptr::eq(*outer, inner));
        if drawn || self.outer.len() > DEEPEST {
            return Block::One(Shape::Run, label);
        }
        let mut outer = self.outer.clone();
        outer.push(inner);
        let inner = Drawn {
            graph: inner,
            prefix: format!("{id}/"),
            outer,
        };
        Block::Inside(
            format!("workflow {}", inner.graph.name),
            label,
            inner.sequence(&inner.graph.body, ""),
        )
    }

    fn branch(&self, branch: &BranchInfo, round: &str) -> Block {
        let arms = branch
            .arms
            .iter()
            .map(|arm| (short(arm.label), self.sequence(&arm.body, round)));
        Block::Choice(
            vec![line(Tone::Plain, format!("{}?", short(branch.on)))],
            arms.collect(),
        )
    }

    fn rounds(&self, rounds: &LoopInfo) -> Block {
        let head = format!("for {} in {}", short(rounds.each), short(rounds.over));
        Block::Rounds(
            format!("{}{}", self.prefix, rounds.path),
            vec![line(Tone::Plain, head)],
            self.sequence(&rounds.body, rounds.path),
        )
    }

    fn fallback(&self, fallback: &FallbackInfo, round: &str) -> Block {
        Block::Fallible(
            Box::new(self.node(fallback.tried, round)),
            self.fails(fallback.tried),
            self.sequence(&fallback.otherwise, round),
        )
    }

    fn fails(&self, tried: &Node) -> &'static str {
        let step = match tried {
            Node::Step(at) => self.graph.steps.get(*at),
            _ => return "if one fails",
        };
        match step.and_then(threshold) {
            Some(_) => "if it fails or is unsure",
            None => "if it fails",
        }
    }
}

fn noted(note: &NoteInfo) -> Block {
    let mut label = vec![line(Tone::Plain, format!("{}:", note.role))];
    label.extend(said(note.text));
    Block::One(Shape::Note, label)
}

fn describe(id: &str, step: &StepInfo) -> Label {
    let mut does = step.verb.to_owned();
    let mut output = step.output;
    if let Some(inner) = step.workflow {
        does = format!("{does} {}", inner.name);
        if output == "_" {
            output = inner.output;
        }
    }
    if output != "_" && !output.is_empty() {
        does = format!("{does} → {}", short(output));
    }
    let mut label = vec![line(Tone::Name, id), line(Tone::Plain, does)];
    label.extend(threshold(step).map(|option| line(Tone::Plain, short(option))));
    label.extend(said(step.instruction));
    // what another step works on is part of what it reads
    if matches!(step.verb, "call" | "compact" | "run") && !step.input.is_empty() {
        label.push(line(Tone::Plain, short(step.input)));
    }
    let mut reads = step.reads.to_vec();
    if step.conversation {
        reads.push("the conversation");
    }
    label.extend(of("reads", &reads));
    label
}

/// The option below which an answer counts as failed.
fn threshold(step: &StepInfo) -> Option<&'static str> {
    let mut options = step.options.iter().copied();
    options.find(|option| option.starts_with("confidence("))
}

fn said(text: &str) -> Option<Line> {
    let text = short(text);
    (!text.is_empty()).then(|| line(Tone::Said, text))
}

fn of(what: &str, sources: &[&str]) -> Option<Line> {
    let line = line(
        Tone::Plain,
        short(&format!("{what} {}", sources.join(", "))),
    );
    (!sources.is_empty()).then_some(line)
}
