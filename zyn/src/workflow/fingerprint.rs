//! What tells whether two builds have the same workflow.

use std::fmt;

use super::graph::{End, Graph, Node, Sequence, StepInfo};

/// A number that changes when a workflow does.
///
/// It is the 64-bit FNV-1a hash of a graph: of the name, the version, inputs, output and result; of each step's id, verb,
/// type, instruction, input, options and reads; of how they follow each other; and of the workflows that it runs. Lines and
/// doc comments are not in it, so that moving and documenting a workflow leaves it as it is. It is the same on every
/// machine, and shown as 16 hexadecimal digits.
///
/// # Examples
///
/// ```
/// use zyn::prelude::*;
///
/// workflow!(
///     async fn shout(text: &str) -> String {
///         let loud = transform("Write it in capitals", text);
///         loud
///     }
/// );
///
/// assert_eq!(shout::graph().fingerprint().to_string().len(), 16);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Graph {
    /// What tells this workflow from an earlier one of its name.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Hash(0xcbf2_9ce4_8422_2325);
        hash.graph(self, &[]);
        Fingerprint(hash.0)
    }
}

/// FNV-1a. Each text and list begins with its length, so that no two graphs are the same bytes.
struct Hash(u64);

impl Hash {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: usize) {
        self.bytes(&(number as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        self.number(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// `outer` are the workflows around it: one that runs itself is hashed once.
    fn graph(&mut self, graph: &Graph, outer: &[&Graph]) {
        self.text(graph.name);
        self.bytes(&graph.version.to_le_bytes());
        if outer.iter().any(|it| std::ptr::eq(*it, graph)) {
            return;
        }
        let outer: Vec<&Graph> = outer.iter().copied().chain([graph]).collect();
        self.texts(graph.inputs);
        self.text(graph.output);
        self.texts(graph.result);
        self.number(graph.steps.len());
        for step in graph.steps {
            self.step(step, &outer);
        }
        self.sequence(&graph.body);
    }

    fn step(&mut self, step: &StepInfo, outer: &[&Graph]) {
        let StepInfo {
            id,
            verb,
            output,
            instruction,
            input,
            options,
            reads,
            conversation,
            workflow,
            line: _,
        } = step;
        for text in [id, verb, output, instruction, input] {
            self.text(text);
        }
        self.texts(options);
        self.texts(reads);
        self.bytes(&[u8::from(*conversation), u8::from(workflow.is_some())]);
        if let Some(workflow) = workflow {
            self.graph(workflow, outer);
        }
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.number(sequence.nodes.len());
        for node in sequence.nodes {
            self.node(node);
        }
        self.bytes(match sequence.end {
            End::Next => b"n",
            End::Return => b"r",
            End::Break => b"b",
            End::Continue => b"c",
        });
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Step(at) => {
                self.bytes(b"s");
                self.number(*at);
            }
            Node::Join(all) => {
                self.bytes(b"j");
                self.number(all.len());
                all.iter().for_each(|at| self.number(*at));
            }
            Node::Branch(branch) => {
                self.bytes(b"b");
                self.text(branch.on);
                self.texts(branch.reads);
                self.number(branch.arms.len());
                for arm in branch.arms {
                    self.text(arm.label);
                    self.text(arm.path);
                    self.sequence(&arm.body);
                }
            }
            Node::Loop(rounds) => {
                self.bytes(b"l");
                self.text(rounds.path);
                self.text(rounds.each);
                self.text(rounds.over);
                self.texts(rounds.reads);
                self.sequence(&rounds.body);
            }
            Node::Fallback(fallback) => {
                self.bytes(b"f");
                self.node(fallback.tried);
                self.sequence(&fallback.otherwise);
            }
            Node::Note(note) => {
                self.bytes(b"m");
                self.text(note.role);
                self.text(note.text);
                self.texts(note.reads);
            }
        }
    }
}
