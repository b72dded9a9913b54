//! A flow as nodes, frames and arrows, for the forms that lay themselves out.

use super::flow::{
    Block, Flow, Label, NEXT_ROUND, NO_MORE, Shape, Tone, Way, beginning, ending, flow, line,
    loop_title,
};
use crate::workflow::graph::Graph;

/// Nodes and frames in the order of the text, and the arrows between the nodes.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    pub(super) items: Vec<Item>,
    pub(super) arrows: Vec<Arrow>,
    made: usize,
}

#[derive(Debug)]
pub(super) enum Item {
    Node(usize, Shape, Label),
    Frame(usize, String, Vec<Item>),
}

#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) dashed: bool,
}

/// An arrow whose end is not known yet.
struct Loose {
    from: usize,
    label: String,
    dashed: bool,
}

/// Where the ways out of a flow lead, gathered until that place is there.
#[derive(Default)]
struct Ways(Vec<(Way, Loose)>);

impl Ways {
    /// Takes out those that are `way`.
    fn take(&mut self, way: Way) -> impl Iterator<Item = Loose> {
        let taken = self.0.extract_if(.., move |(it, _)| *it == way);
        taken.map(|(_, loose)| loose)
    }
}

impl Wiring {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut wiring = Self::default();
        let mut items = Vec::new();
        let mut ways = Ways::default();
        let begin = wiring.node(&mut items, Shape::Terminal, beginning(graph));
        let mut open = wiring.flow(&mut items, &flow(graph), vec![from(begin)], &mut ways);
        open.extend(ways.take(Way::Return));
        let end = wiring.node(&mut items, Shape::Terminal, ending(graph));
        wiring.lead(open, end);
        wiring.items = items;
        wiring
    }

    fn number(&mut self) -> usize {
        let number = self.made;
        self.made += 1;
        number
    }

    fn node(&mut self, items: &mut Vec<Item>, shape: Shape, label: Label) -> usize {
        let number = self.number();
        items.push(Item::Node(number, shape, label));
        number
    }

    fn lead(&mut self, open: Vec<Loose>, to: usize) {
        self.arrows.extend(open.into_iter().map(|loose| Arrow {
            from: loose.from,
            to,
            label: loose.label,
            dashed: loose.dashed,
        }));
    }

    fn flow(
        &mut self,
        items: &mut Vec<Item>,
        flow: &Flow,
        open: Vec<Loose>,
        ways: &mut Ways,
    ) -> Vec<Loose> {
        flow.iter().fold(open, |open, block| {
            self.block(items, block, open, ways).open
        })
    }

    fn block(
        &mut self,
        items: &mut Vec<Item>,
        block: &Block,
        open: Vec<Loose>,
        ways: &mut Ways,
    ) -> Wired {
        match block {
            Block::One(shape, label) => {
                let node = self.node(items, *shape, label.clone());
                self.lead(open, node);
                Wired::at(node)
            }
            Block::Together(lanes) => {
                let fork = self.node(items, Shape::Fork, bar("at the same time"));
                self.lead(open, fork);
                let mut done = Vec::new();
                for lane in lanes {
                    done.extend(self.flow(items, lane, vec![from(fork)], ways));
                }
                let meet = self.node(items, Shape::Meet, bar("all of them"));
                self.lead(done, meet);
                Wired::at(meet)
            }
            Block::Choice(label, arms) => {
                let choice = self.node(items, Shape::Choice, label.clone());
                self.lead(open, choice);
                let mut open = Vec::new();
                for (label, arm) in arms {
                    let entry = vec![labelled(choice, label)];
                    open.extend(self.flow(items, arm, entry, ways));
                }
                Wired {
                    open,
                    fails: choice,
                }
            }
            Block::Rounds(path, label, round) => {
                let frame = self.number();
                let mut inner = Vec::new();
                let head = self.node(&mut inner, Shape::Round, label.clone());
                self.lead(open, head);
                let back = self.flow(&mut inner, round, vec![from(head)], ways);
                self.lead(back.into_iter().map(again).collect(), head);
                self.lead(ways.take(Way::Continue(path.clone())).collect(), head);
                items.push(Item::Frame(frame, loop_title(path), inner));
                let mut open = vec![labelled(head, NO_MORE)];
                open.extend(ways.take(Way::Break(path.clone())));
                Wired { open, fails: head }
            }
            Block::Labelled(path, inside) => {
                let first = self.made;
                let mut open = self.flow(items, inside, open, ways);
                open.extend(ways.take(Way::Break(path.clone())));
                Wired { open, fails: first }
            }
            Block::Inside(title, label, inside) => {
                let frame = self.number();
                let mut inner = Vec::new();
                let head = self.node(&mut inner, Shape::Run, label.clone());
                self.lead(open, head);
                let mut own = Ways::default();
                let mut open = self.flow(&mut inner, inside, vec![from(head)], &mut own);
                open.extend(own.take(Way::Return));
                items.push(Item::Frame(frame, title.clone(), inner));
                Wired { open, fails: head }
            }
            Block::Fallible(tried, fails, otherwise) => {
                let mut tried = self.block(items, tried, open, ways);
                let entry = vec![Loose {
                    dashed: true,
                    ..labelled(tried.fails, fails)
                }];
                tried.open.extend(self.flow(items, otherwise, entry, ways));
                tried
            }
            Block::Leave(way, label) => {
                let node = self.node(items, Shape::Terminal, label.clone());
                self.lead(open, node);
                ways.0.push((way.clone(), from(node)));
                Wired {
                    open: Vec::new(),
                    fails: node,
                }
            }
        }
    }
}

/// A block that has its nodes.
struct Wired {
    open: Vec<Loose>,
    /// The node from which a failure leads on.
    fails: usize,
}

impl Wired {
    fn at(node: usize) -> Self {
        Self {
            open: vec![from(node)],
            fails: node,
        }
    }
}

fn from(from: usize) -> Loose {
    labelled(from, "")
}

fn labelled(from: usize, label: &str) -> Loose {
    Loose {
        from,
        label: label.to_owned(),
        dashed: false,
    }
}

/// An arrow that leads back to the beginning of a round.
fn again(mut loose: Loose) -> Loose {
    if loose.label.is_empty() {
        NEXT_ROUND.clone_into(&mut loose.label);
    }
    loose
}

pub(super) fn bar(text: &str) -> Label {
    vec![line(Tone::Plain, text)]
}
