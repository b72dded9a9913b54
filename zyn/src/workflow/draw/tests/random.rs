//! Graphs of any form: each is drawn, with every step once and nothing on top of anything else.

use proptest::prelude::*;

use super::pictures::{apart, between, well_formed};
use super::samples::{ANSWER, BLANK};
use crate::workflow::graph::{
    ArmInfo, BlockInfo, BranchInfo, End, FallbackInfo, Graph, LoopInfo, Node, NoteInfo, Sequence,
    StepInfo,
};

/// A graph before its steps are numbered.
#[derive(Debug, Clone)]
enum Tree {
    Step(String),
    Run,
    Join(usize, bool),
    Branch(Vec<(String, Vec<Tree>, u8)>),
    Loop(Vec<Tree>, u8),
    Else(Box<Tree>, Vec<Tree>, u8),
    Block(Vec<Tree>, u8),
    Note(String),
}

fn flow(tree: impl Strategy<Value = Tree> + Clone) -> impl Strategy<Value = Vec<Tree>> + Clone {
    prop::collection::vec(tree, 0..4)
}

fn trees() -> impl Strategy<Value = Tree> + Clone {
    let step = prop_oneof![
        "\\PC{0,90}".prop_map(Tree::Step),
        Just(Tree::Run),
        (2..4_usize, any::<bool>()).prop_map(|(many, run)| Tree::Join(many, run)),
    ];
    let leaf = prop_oneof![step.clone(), "\\PC{0,40}".prop_map(Tree::Note)];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let arm = ("\\PC{0,90}", flow(inner.clone()), 0..4_u8);
        prop_oneof![
            prop::collection::vec(arm, 0..4).prop_map(Tree::Branch),
            (flow(inner.clone()), 0..4_u8).prop_map(|(body, end)| Tree::Loop(body, end)),
            (flow(inner.clone()), 0..4_u8).prop_map(|(body, end)| Tree::Block(body, end)),
            (step.clone(), flow(inner), 0..4_u8).prop_map(|(tried, other, end)| Tree::Else(
                Box::new(tried),
                other,
                end
            )),
        ]
    })
}

fn leaked<T>(all: Vec<T>) -> &'static [T] {
    Box::leak(all.into_boxed_slice())
}

fn text(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[derive(Default)]
struct Steps(Vec<StepInfo>);

impl Steps {
    fn add(&mut self, instruction: &str, runs: bool) -> usize {
        let at = self.0.len();
        self.0.push(StepInfo {
            id: text(format!("step{at}")),
            instruction: text(instruction.to_owned()),
            workflow: runs.then_some(&ANSWER),
            ..BLANK
        });
        at
    }

    fn sequence(&mut self, trees: &[Tree], end: u8) -> Sequence {
        Sequence {
            nodes: leaked(trees.iter().map(|tree| self.node(tree)).collect()),
            end: match end {
                0 => End::Next,
                1 => End::Return,
                2 => End::Break("round"),
                _ => End::Continue("round"),
            },
        }
    }

    fn node(&mut self, tree: &Tree) -> Node {
        match tree {
            Tree::Step(instruction) => Node::Step(self.add(instruction, false)),
            Tree::Run => Node::Step(self.add("", true)),
            Tree::Join(many, run) => {
                Node::Join(leaked((0..*many).map(|_| self.add("", *run)).collect()))
            }
            Tree::Branch(arms) => Node::Branch(BranchInfo {
                on: "what < it && \"is\"",
                reads: &[],
                arms: leaked(
                    arms.iter()
                        .map(|(label, body, end)| ArmInfo {
                            label: text(label.clone()),
                            path: "",
                            body: self.sequence(body, *end),
                        })
                        .collect(),
                ),
            }),
            Tree::Loop(body, end) => Node::Loop(LoopInfo {
                path: "round",
                each: "_round",
                over: "0..3",
                reads: &[],
                body: self.sequence(body, *end),
            }),
            Tree::Block(body, end) => Node::Block(BlockInfo {
                label: "'found",
                body: self.sequence(body, *end),
            }),
            Tree::Else(tried, other, end) => Node::Fallback(FallbackInfo {
                tried: Box::leak(Box::new(self.node(tried))),
                otherwise: self.sequence(other, *end),
            }),
            Tree::Note(said) => Node::Note(NoteInfo {
                role: "user",
                text: text(said.clone()),
                reads: &[],
                line: 1,
            }),
        }
    }
}

fn graph(trees: &[Tree]) -> Graph {
    let mut steps = Steps::default();
    let body = steps.sequence(trees, 0);
    Graph {
        name: "any",
        version: 1,
        doc: "",
        inputs: &[],
        output: "T",
        steps: leaked(steps.0),
        body,
        result: &[],
    }
}

proptest! {
    #[test]
    fn every_step_of_any_graph_is_drawn_once_and_apart(trees in flow(trees())) {
        let graph = graph(&trees);
        let (mermaid, dot, svg) = (graph.mermaid(), graph.dot(), graph.svg());
        well_formed(&svg);
        apart(&graph);
        between(&graph);
        for step in graph.steps {
            let inner = step.workflow.map(|inner| inner.steps).unwrap_or_default();
            let inner = inner.iter().map(|inner| format!("{}/{}", step.id, inner.id));
            for id in [step.id.to_owned()].into_iter().chain(inner) {
                prop_assert_eq!(mermaid.matches(&format!("<b>{id}</b>")).count(), 1);
                prop_assert_eq!(dot.matches(&format!("<b>{id}</b>")).count(), 1);
                prop_assert_eq!(svg.matches(&format!(">{id}</text>")).count(), 1);
            }
        }
    }
}
