//! The tree of a random workflow and its graph, written in one way to be compared.

use zyn::graph::{self, Graph, Node, Sequence};

use super::tree::{Block, End, Step, Stmt, arm, otherwise};

/// The tree as written: steps by their ids.
pub fn of_tree(block: &Block, path: &str) -> String {
    let mut parts: Vec<String> = block.stmts.iter().map(|it| stmt(it, path)).collect();
    let end = match &block.end {
        End::Nothing | End::Values(_) | End::Show(_) => "next",
        End::Step(it) => {
            parts.push(step(it, path));
            "next"
        }
        End::Return(_) => "return",
        End::Break => "break",
        End::Continue => "continue",
    };
    format!("[{} {end}]", parts.join(" "))
}

fn step(step: &Step, path: &str) -> String {
    format!("{path}{}", step.name)
}

fn stmt(stmt: &Stmt, path: &str) -> String {
    let tried = |tried: String, steps: &[Step], way_out: &Option<Block>| match way_out {
        Some(block) => {
            let block = of_tree(block, &format!("{path}{}", otherwise(steps)));
            format!("try({tried} else {block})")
        }
        None => tried,
    };
    match stmt {
        Stmt::Let {
            step: it,
            otherwise,
            ..
        } => tried(step(it, path), std::slice::from_ref(it), otherwise),
        Stmt::Assign(it) => step(it, path),
        Stmt::Join { steps, otherwise } => {
            let ids: Vec<String> = steps.iter().map(|it| step(it, path)).collect();
            tried(format!("join({})", ids.join(" ")), steps, otherwise)
        }
        Stmt::Match { on, arms, .. } => {
            let arms = arms.iter().map(|(labels, body)| {
                let path = format!("{path}{}", arm(labels));
                format!("{path}{}", of_tree(body, &format!("{path}/")))
            });
            format!("{on}?({})", arms.collect::<Vec<_>>().join(" "))
        }
        Stmt::If { on, yes, no } => {
            let yes = of_tree(yes, &format!("{path}then/"));
            let no = no.as_ref().map(|no| of_tree(no, &format!("{path}else/")));
            let no = no.unwrap_or_else(|| "[ next]".to_owned());
            format!("{on}?({path}then{yes} {path}else{no})")
        }
        Stmt::For { name, rounds, body } => {
            let body = of_tree(body, &format!("{path}{name}/"));
            format!("{path}{name}:0..{rounds}{body}")
        }
        Stmt::Note { role, text } => format!("{role}({text})"),
    }
}

/// The graph in the same way.
pub fn of_graph(graph: &Graph, sequence: &Sequence) -> String {
    let parts: Vec<String> = sequence.nodes.iter().map(|it| node(graph, it)).collect();
    let end = match sequence.end {
        graph::End::Next => "next",
        graph::End::Return => "return",
        graph::End::Break(_) => "break",
        graph::End::Continue(_) => "continue",
    };
    format!("[{} {end}]", parts.join(" "))
}

fn node(graph: &Graph, it: &Node) -> String {
    match it {
        Node::Step(place) => graph.steps[*place].id.to_owned(),
        Node::Join(places) => {
            let ids: Vec<&str> = places.iter().map(|place| graph.steps[*place].id).collect();
            format!("join({})", ids.join(" "))
        }
        Node::Branch(branch) => {
            let arms = branch.arms.iter();
            let arms = arms.map(|arm| format!("{}{}", arm.path, of_graph(graph, &arm.body)));
            format!("{}?({})", branch.on, arms.collect::<Vec<_>>().join(" "))
        }
        Node::Loop(round) => {
            let body = of_graph(graph, &round.body);
            format!("{}:{}{body}", round.path, round.over)
        }
        Node::Block(block) => format!("{}:{}", block.label, of_graph(graph, &block.body)),
        Node::Fallback(it) => {
            let tried = node(graph, it.tried);
            format!("try({tried} else {})", of_graph(graph, &it.otherwise))
        }
        Node::Note(note) => format!("{}({})", note.role, note.text),
    }
}

/// The places of the steps in the tree of a graph.
pub fn places(sequence: &Sequence, found: &mut Vec<usize>) {
    for it in sequence.nodes {
        in_node(it, found);
    }
}

fn in_node(it: &Node, found: &mut Vec<usize>) {
    match it {
        Node::Step(place) => found.push(*place),
        Node::Join(several) => found.extend(*several),
        Node::Branch(branch) => branch.arms.iter().for_each(|arm| places(&arm.body, found)),
        Node::Loop(round) => places(&round.body, found),
        Node::Block(block) => places(&block.body, found),
        Node::Fallback(it) => {
            in_node(it.tried, found);
            places(&it.otherwise, found);
        }
        Node::Note(_) => {}
    }
}
