//! The graphs of workflows whose `break` and `continue` have labels.

use zyn::graph::{BranchInfo, End, Graph, LoopInfo, Node};
use zyn::prelude::*;

workflow!(
    /// Praise the first good round of each item.
    async fn praise(items: &[&str], most: usize) -> Vec<String> {
        let mut praised = Vec::new();
        'items: for item in items {
            for round in 0..3 {
                let good = binary("Is it good?", "{item} {round}");
                if good {
                    let text = transform("Praise it", *item);
                    praised.push(text);
                    continue 'items;
                }
                if praised.len() == most {
                    break 'items;
                }
                if round == 1 {
                    break;
                }
            }
            user("next");
        }
        praised
    }
);

workflow!(
    /// Take the mail as it is, or what a step makes of it.
    async fn shorten(mail: &str, limit: usize) -> String {
        let text = transform("Translate it", mail);
        let short = 'short: {
            if text.len() < limit {
                break 'short text;
            }
            let cut = transform("Shorten it", &text);
            cut
        };
        let end = transform("Sign it", &short);
        end
    }
);

fn inner(graph: &'static Graph) -> (&'static LoopInfo, &'static LoopInfo) {
    let [Node::Loop(items)] = graph.body.nodes else {
        panic!("{:?}", graph.body)
    };
    let [Node::Loop(rounds), Node::Note(_)] = items.body.nodes else {
        panic!("{:?}", items.body)
    };
    (items, rounds)
}

fn ends(branch: &BranchInfo) -> Vec<End> {
    branch.arms.iter().map(|arm| arm.body.end).collect()
}

/// The number of the node whose label has `text`.
fn nodes(mermaid: &str, text: &str) -> Vec<String> {
    let lines = mermaid.lines().filter(|line| line.contains(text));
    let number = |line: &str| {
        line.trim()
            .split(['(', '[', '{', '>'])
            .next()
            .map(str::to_owned)
    };
    lines
        .filter(|line| !line.contains("--"))
        .filter_map(number)
        .collect()
}

#[test]
fn a_way_out_names_the_loop_that_it_leaves() {
    let (items, rounds) = inner(praise::graph());
    assert_eq!((items.path, rounds.path), ("item", "item/round"));
    let [
        _,
        Node::Branch(good),
        Node::Branch(most),
        Node::Branch(last),
    ] = rounds.body.nodes
    else {
        panic!("{:?}", rounds.body)
    };
    assert_eq!(ends(good), [End::Continue("item"), End::Next]);
    assert_eq!(ends(most), [End::Break("item"), End::Next]);
    assert_eq!(ends(last), [End::Break("item/round"), End::Next]);
}

#[test]
fn a_way_out_is_drawn_to_the_loop_that_it_leaves() {
    let mermaid = praise::graph().mermaid();
    let one = |text: &str| nodes(&mermaid, text).concat();
    let [next, left, inner] = [
        one("next round of item"),
        one("leave the loop item"),
        one("[\"leave the loop\"]"),
    ];
    let (items, note, end) = (one("for item in items"), one("user:"), one("Vec#60;"));
    for (from, to) in [(next, items), (left, end), (inner, note)] {
        let arrow = format!("  {from} --> {to}\n");
        assert!(mermaid.contains(&arrow), "{arrow}{mermaid}");
    }
}

#[test]
fn a_break_out_of_a_block_leads_behind_it_with_its_value() {
    let graph = shorten::graph();
    let [Node::Step(0), Node::Block(block), Node::Step(2)] = graph.body.nodes else {
        panic!("{:?}", graph.body)
    };
    let [Node::Branch(branch), Node::Step(1)] = block.body.nodes else {
        panic!("{:?}", block.body)
    };
    assert_eq!(block.label, "'short");
    assert_eq!(ends(branch), [End::Break("'short"), End::Next]);
    assert_eq!(graph.steps[2].reads, ["text", "cut"]);
    let mermaid = graph.mermaid();
    let one = |text: &str| nodes(&mermaid, text).concat();
    let arrow = format!("  {} --> {}\n", one("leave #39;short"), one("<b>end</b>"));
    assert!(mermaid.contains(&arrow), "{arrow}{mermaid}");
}
