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
        match sequence.end {
            End::Next => self.bytes(b"n"),
            End::Return => self.bytes(b"r"),
            End::Break(left) => {
                self.bytes(b"b");
                self.text(left);
            }
            End::Continue(path) => {
                self.bytes(b"c");
                self.text(path);
            }
        }
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
            Node::Block(block) => {
                self.bytes(b"k");
                self.text(block.label);
                self.sequence(&block.body);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::graph::{
        ArmInfo, BlockInfo, BranchInfo, FallbackInfo, LoopInfo, NoteInfo,
    };

    const STEP: StepInfo = StepInfo {
        id: "loud",
        verb: "transform",
        output: "String",
        instruction: "Write it in capitals",
        input: "text",
        options: &["retry(2)"],
        reads: &["text"],
        conversation: false,
        workflow: None,
        line: 7,
    };

    const ONE: Sequence = Sequence {
        nodes: &[Node::Step(0)],
        end: End::Next,
    };

    const SHOUT: Graph = Graph {
        name: "shout",
        version: 1,
        doc: "Shouts.",
        inputs: &["text"],
        output: "String",
        steps: &[STEP],
        body: ONE,
        result: &["loud"],
    };

    static INNER: Graph = SHOUT;
    static OTHER: Graph = Graph {
        result: &[],
        ..SHOUT
    };
    static ITSELF: Graph = Graph {
        steps: &[StepInfo {
            workflow: Some(&ITSELF),
            ..STEP
        }],
        ..SHOUT
    };

    fn with(steps: Vec<StepInfo>) -> Graph {
        Graph {
            steps: Box::leak(steps.into_boxed_slice()),
            ..SHOUT
        }
    }

    fn body(node: Node) -> Graph {
        let body = Sequence {
            nodes: Box::leak(Box::new([node])),
            end: End::Next,
        };
        Graph { body, ..SHOUT }
    }

    #[test]
    fn it_is_the_same_on_every_machine() {
        assert_eq!(SHOUT.fingerprint().to_string(), "b3beee0f9279d8d0");
    }

    #[test]
    fn a_small_number_is_shown_with_its_zeros() {
        assert_eq!(Fingerprint(0xab).to_string(), "00000000000000ab");
    }

    #[test]
    fn lines_and_docs_are_not_in_it() {
        let moved = with(vec![StepInfo { line: 90, ..STEP }]);
        let documented = Graph {
            doc: "Shouts loudly.",
            ..SHOUT
        };
        assert_eq!(moved.fingerprint(), SHOUT.fingerprint());
        assert_eq!(documented.fingerprint(), SHOUT.fingerprint());
        let note = |line| {
            body(Node::Note(NoteInfo {
                role: "user",
                text: "",
                reads: &[],
                line,
            }))
        };
        assert_eq!(note(1).fingerprint(), note(2).fingerprint());
    }

    #[test]
    fn every_part_of_a_workflow_changes_it() {
        let note = NoteInfo {
            role: "user",
            text: "Hello",
            reads: &[],
            line: 1,
        };
        let rounds = LoopInfo {
            path: "round",
            each: "_round",
            over: "0..3",
            reads: &[],
            body: ONE,
        };
        let branch = BranchInfo {
            on: "text",
            reads: &[],
            arms: &[],
        };
        let block = BlockInfo {
            label: "'found",
            body: ONE,
        };
        let fallback = FallbackInfo {
            tried: &Node::Step(0),
            otherwise: ONE,
        };
        let one = |step| with(vec![step]);
        #[rustfmt::skip]
        let graphs = [
            SHOUT,
            Graph { name: "cry", ..SHOUT },
            Graph { version: 2, ..SHOUT },
            Graph { inputs: &["text", "tone"], ..SHOUT },
            Graph { output: "Text", ..SHOUT },
            Graph { result: &[], ..SHOUT },
            with(vec![STEP, STEP]),
            one(StepInfo { id: "louder", ..STEP }),
            one(StepInfo { verb: "extract", ..STEP }),
            one(StepInfo { output: "Text", ..STEP }),
            one(StepInfo { instruction: "Shout", ..STEP }),
            one(StepInfo { input: "&text", ..STEP }),
            one(StepInfo { options: &["retry(3)"], ..STEP }),
            one(StepInfo { reads: &[], ..STEP }),
            // the same letters, divided otherwise
            one(StepInfo { reads: &["te", "xt"], ..STEP }),
            one(StepInfo { conversation: true, ..STEP }),
            one(StepInfo { workflow: Some(&INNER), ..STEP }),
            one(StepInfo { workflow: Some(&OTHER), ..STEP }),
            ITSELF,
            Graph { body: Sequence { nodes: &[], ..ONE }, ..SHOUT },
            Graph { body: Sequence { end: End::Return, ..ONE }, ..SHOUT },
            Graph { body: Sequence { end: End::Break("round"), ..ONE }, ..SHOUT },
            Graph { body: Sequence { end: End::Break("turn"), ..ONE }, ..SHOUT },
            Graph { body: Sequence { end: End::Continue("round"), ..ONE }, ..SHOUT },
            Graph { body: Sequence { end: End::Continue("turn"), ..ONE }, ..SHOUT },
            body(Node::Step(1)),
            body(Node::Join(&[0, 1])),
            body(Node::Join(&[1, 0])),
            body(Node::Note(note)),
            body(Node::Note(NoteInfo { role: "system", ..note })),
            body(Node::Note(NoteInfo { text: "Hi", ..note })),
            body(Node::Note(NoteInfo { reads: &["text"], ..note })),
            body(Node::Loop(rounds)),
            body(Node::Loop(LoopInfo { path: "turn", ..rounds })),
            body(Node::Loop(LoopInfo { each: "_", ..rounds })),
            body(Node::Loop(LoopInfo { over: "0..4", ..rounds })),
            body(Node::Loop(LoopInfo { reads: &["text"], ..rounds })),
            body(Node::Loop(LoopInfo { body: Sequence { nodes: &[], ..ONE }, ..rounds })),
            body(Node::Block(block)),
            body(Node::Block(BlockInfo { label: "'lost", ..block })),
            body(Node::Block(BlockInfo { body: Sequence { nodes: &[], ..ONE }, ..block })),
            body(Node::Branch(branch)),
            body(Node::Branch(BranchInfo { on: "tone", ..branch })),
            body(Node::Branch(BranchInfo { reads: &["text"], ..branch })),
            body(Node::Branch(BranchInfo { arms: &[ArmInfo { label: "A", path: "A", body: ONE }], ..branch })),
            body(Node::Branch(BranchInfo { arms: &[ArmInfo { label: "B", path: "A", body: ONE }], ..branch })),
            body(Node::Branch(BranchInfo { arms: &[ArmInfo { label: "A", path: "B", body: ONE }], ..branch })),
            body(Node::Fallback(fallback)),
            body(Node::Fallback(FallbackInfo { tried: &Node::Step(1), ..fallback })),
            body(Node::Fallback(FallbackInfo { otherwise: Sequence { nodes: &[], ..ONE }, ..fallback })),
        ];
        let different: std::collections::HashSet<Fingerprint> =
            graphs.iter().map(Graph::fingerprint).collect();
        assert_eq!(different.len(), graphs.len());
    }
}
