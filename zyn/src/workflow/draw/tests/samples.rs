//! Graphs by hand, as `workflow!` makes them.

use crate::workflow::graph::{
    ArmInfo, BranchInfo, End, FallbackInfo, Graph, LoopInfo, Node, NoteInfo, Sequence, StepInfo,
};

pub(super) const BLANK: StepInfo = StepInfo {
    id: "",
    verb: "transform",
    output: "String",
    instruction: "",
    input: "",
    options: &[],
    reads: &[],
    conversation: false,
    workflow: None,
    line: 1,
};

pub(super) const fn go(nodes: &'static [Node]) -> Sequence {
    Sequence {
        nodes,
        end: End::Next,
    }
}

const fn leave(nodes: &'static [Node], end: End) -> Sequence {
    Sequence { nodes, end }
}

const fn arm(label: &'static str, body: Sequence) -> ArmInfo {
    ArmInfo {
        label,
        path: label,
        body,
    }
}

/// The first page's workflow.
pub(super) static ANSWER: Graph = Graph {
    name: "answer",
    version: 1,
    doc: "Answer a support ticket.",
    inputs: &["ticket"],
    output: "Reply",
    steps: &[
        StepInfo {
            id: "customer",
            verb: "extract",
            output: "Customer",
            instruction: "The customer and their problem",
            reads: &["ticket"],
            ..BLANK
        },
        StepInfo {
            id: "urgency",
            verb: "classify",
            output: "Urgency",
            instruction: "How urgent is it?",
            reads: &["customer"],
            options: &["retry(2)"],
            ..BLANK
        },
        StepInfo {
            id: "High/text",
            instruction: "Apologise and say that a person takes over",
            reads: &["customer"],
            ..BLANK
        },
        StepInfo {
            id: "Low+Medium/text",
            instruction: "Write a short, helpful reply",
            reads: &["customer"],
            ..BLANK
        },
    ],
    body: go(&[
        Node::Step(0),
        Node::Step(1),
        Node::Branch(BranchInfo {
            on: "urgency",
            reads: &["urgency"],
            arms: &[
                arm("Urgency::High", go(&[Node::Step(2)])),
                arm("Urgency::Low | Urgency::Medium", go(&[Node::Step(3)])),
            ],
        }),
    ]),
    result: &["customer", "urgency", "High/text", "Low+Medium/text"],
};

/// A draft made better until it is good, and given up if it cannot be judged.
pub(super) static REFINE: Graph = Graph {
    name: "refine",
    version: 2,
    doc: "",
    inputs: &["brief", "rounds"],
    output: "Draft",
    steps: &[
        StepInfo {
            id: "first",
            instruction: "Write a draft",
            reads: &["brief"],
            ..BLANK
        },
        StepInfo {
            id: "round/verdict",
            verb: "classify",
            output: "Verdict",
            instruction: "Is the draft good enough to be sent to a customer who is \"angry\" & <impatient>?",
            options: &["confidence(0.8)"],
            reads: &["first", "round/draft"],
            ..BLANK
        },
        StepInfo {
            id: "round/verdict/else/second",
            verb: "classify",
            output: "Verdict",
            instruction: "Look again: is it good?",
            conversation: true,
            ..BLANK
        },
        StepInfo {
            id: "round/draft",
            instruction: "Improve it",
            reads: &["first", "round/verdict"],
            ..BLANK
        },
    ],
    body: go(&[
        Node::Note(NoteInfo {
            role: "system",
            text: "You write for {brief}.",
            reads: &["brief"],
            line: 3,
        }),
        Node::Step(0),
        Node::Loop(LoopInfo {
            path: "round",
            each: "_round",
            over: "0..rounds",
            reads: &["rounds"],
            body: go(&[
                Node::Fallback(FallbackInfo {
                    tried: &Node::Step(1),
                    otherwise: go(&[Node::Step(2)]),
                }),
                Node::Branch(BranchInfo {
                    on: "verdict",
                    reads: &["round/verdict"],
                    arms: &[
                        arm("Verdict::Good", leave(&[], End::Break("round"))),
                        arm("Verdict::Hopeless", leave(&[], End::Return)),
                        arm("Verdict::Weak", go(&[Node::Step(3)])),
                    ],
                }),
            ]),
        }),
    ]),
    result: &["round/draft"],
};

/// Two views at once, and a summary of both.
pub(super) static VIEWS: Graph = Graph {
    name: "views",
    version: 1,
    doc: "",
    inputs: &["letter"],
    output: "String",
    steps: &[
        StepInfo {
            id: "tone",
            verb: "sentiment",
            output: "Sentiment",
            instruction: "How does the writer feel?",
            reads: &["letter"],
            ..BLANK
        },
        StepInfo {
            id: "topics",
            verb: "extract",
            output: "Topics",
            instruction: "What is it about?",
            reads: &["letter"],
            ..BLANK
        },
        StepInfo {
            id: "tone+topics/else/plain",
            instruction: "Sum it up in one sentence",
            reads: &["letter"],
            ..BLANK
        },
        StepInfo {
            id: "summary",
            instruction: "Sum up",
            reads: &["tone", "topics"],
            ..BLANK
        },
    ],
    body: go(&[
        Node::Fallback(FallbackInfo {
            tried: &Node::Join(&[0, 1]),
            otherwise: leave(&[Node::Step(2)], End::Return),
        }),
        Node::Step(3),
    ]),
    result: &["summary", "tone+topics/else/plain"],
};

/// A workflow in a workflow, next to an arm of nothing.
pub(super) static DESK: Graph = Graph {
    name: "desk",
    version: 1,
    doc: "",
    inputs: &["mail"],
    output: "Option<Reply>",
    steps: &[
        StepInfo {
            id: "spam",
            verb: "binary",
            output: "bool",
            instruction: "Is it spam?",
            reads: &["mail"],
            ..BLANK
        },
        StepInfo {
            id: "reply",
            verb: "run",
            output: "_",
            input: "mail",
            reads: &["mail"],
            workflow: Some(&ANSWER),
            ..BLANK
        },
        StepInfo {
            id: "reply/else/log",
            verb: "call",
            output: "_",
            input: "log(mail)",
            reads: &["mail"],
            ..BLANK
        },
    ],
    body: go(&[
        Node::Fallback(FallbackInfo {
            tried: &Node::Step(0),
            otherwise: go(&[]),
        }),
        Node::Branch(BranchInfo {
            on: "spam",
            reads: &["spam"],
            arms: &[arm("yes", leave(&[], End::Return)), arm("no", go(&[]))],
        }),
        Node::Fallback(FallbackInfo {
            tried: &Node::Step(1),
            otherwise: go(&[Node::Step(2)]),
        }),
    ]),
    result: &["reply"],
};

/// A workflow that runs itself.
pub(super) static AGAIN: Graph = Graph {
    name: "again",
    version: 1,
    doc: "",
    inputs: &["n"],
    output: "u8",
    steps: &[StepInfo {
        id: "less",
        verb: "run",
        workflow: Some(&AGAIN),
        output: "u8",
        ..BLANK
    }],
    body: go(&[Node::Step(0)]),
    result: &["less"],
};

/// Labels under labels.
pub(super) static FILE: Graph = Graph {
    name: "file",
    version: 1,
    doc: "",
    inputs: &["article"],
    output: "Filed",
    steps: &[
        StepInfo {
            id: "topic",
            verb: "classify",
            output: "Topic",
            instruction: "Which topic is this about?",
            reads: &["article"],
            ..BLANK
        },
        StepInfo {
            id: "Technology/shelf",
            verb: "classify",
            output: "Tech",
            instruction: "Which technology?",
            conversation: true,
            ..BLANK
        },
        StepInfo {
            id: "Technology/Software/kind",
            verb: "classify",
            output: "Software",
            instruction: "Which kind of software?",
            conversation: true,
            ..BLANK
        },
        StepInfo {
            id: "Business/shelf",
            verb: "classify",
            output: "Business",
            instruction: "Which part of business?",
            conversation: true,
            ..BLANK
        },
    ],
    body: go(&[
        Node::Step(0),
        Node::Branch(BranchInfo {
            on: "topic",
            reads: &["topic"],
            arms: &[
                arm(
                    "Topic::Technology",
                    go(&[
                        Node::Step(1),
                        Node::Branch(BranchInfo {
                            on: "shelf",
                            reads: &["Technology/shelf"],
                            arms: &[
                                arm("Tech::Software", go(&[Node::Step(2)])),
                                arm("Tech::Hardware", go(&[])),
                            ],
                        }),
                    ]),
                ),
                arm("Topic::Business", go(&[Node::Step(3)])),
                arm("Topic::Entertainment | Topic::Sports", go(&[])),
            ],
        }),
    ]),
    result: &["topic", "Technology/shelf", "Business/shelf"],
};

pub(super) static ALL: [&Graph; 6] = [&ANSWER, &REFINE, &VIEWS, &DESK, &AGAIN, &FILE];
