//! Where everything is in the SVG. A flow is a column; the arms of a choice and what runs at once stand side by side;
//! what happens on failure stands to the right. So nothing meets anything else, whatever the graph.

use super::flow::{
    Block, Flow, Label, NEXT_ROUND, NO_MORE, Shape, beginning, ending, flow, loop_title,
};
use super::part::{Area, Mark, Part, SMALL, tag_width};
use super::wiring::bar;
use super::words::width;
use crate::workflow::graph::Graph;

/// Between things one above the other, room for an arrow.
const BELOW: i32 = 26;
/// Between things side by side.
const BESIDE: i32 = 28;
/// From a corner of a line to what it leads to, with room for a label.
const LABELLED: i32 = 40;
/// From a line across to what is above it.
const ACROSS: i32 = 14;
/// In a frame, round what it holds.
const PADDING: i32 = 14;
/// The height of a frame's title.
const TITLE: i32 = 20;

/// The whole drawing.
pub(super) fn drawing(graph: &Graph) -> Part {
    let mut parts = vec![Part::node(Shape::Terminal, &beginning(graph))];
    parts.extend(flow(graph).iter().map(block));
    parts.push(Part::node(Shape::Terminal, &ending(graph)));
    column(&parts)
}

fn block(block: &Block) -> Part {
    match block {
        Block::One(shape, label) => Part::node(*shape, label),
        Block::Together(lanes) => together(lanes),
        Block::Choice(label, arms) => choice(label, arms),
        Block::Rounds(path, label, round) => rounds(&loop_title(path), label, round),
        Block::Inside(title, label, inside) => framed(title, label, inside),
        Block::Fallible(tried, fails, otherwise) => fallible(&self::block(tried), fails, otherwise),
        Block::Labelled(_, inside) => Part {
            open: true,
            ..sequence(inside)
        },
        Block::Leave(_, label) => Part {
            open: false,
            ..Part::node(Shape::Terminal, label)
        },
    }
}

fn sequence(flow: &Flow) -> Part {
    let parts: Vec<Part> = flow.iter().map(block).collect();
    column(&parts)
}

/// One above the other, the axes in one line.
fn column(parts: &[Part]) -> Part {
    let mut whole = Part::empty();
    whole.axis = parts.iter().map(|it| it.axis).max().unwrap_or_default();
    let right = parts.iter().map(Part::right).max().unwrap_or_default();
    whole.width = whole.axis + right;
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            let (from, to) = (whole.height, whole.height + BELOW);
            if whole.open {
                whole.line(&[(whole.axis, from), (whole.axis, to)], true);
            }
            whole.height = to;
        }
        let x = whole.axis - part.axis;
        whole.place(part, x, whole.height);
        if at == 0 {
            whole.fails = (x + part.fails.0, part.fails.1);
        }
        whole.height += part.height;
        whole.open = part.open;
    }
    whole
}

fn together(lanes: &[Flow]) -> Part {
    let lanes: Vec<Part> = lanes.iter().map(sequence).collect();
    let (fork, meet) = (bar("at the same time"), bar("all of them"));
    let (fork, meet) = (
        Part::node(Shape::Fork, &fork),
        Part::node(Shape::Meet, &meet),
    );
    let (xs, inner) = beside(&lanes);
    let width = inner.max(fork.width).max(meet.width);
    let left = (width - inner) / 2;
    let top = fork.height + BELOW;
    let bottom = top + lanes.iter().map(|it| it.height).max().unwrap_or_default() + BELOW;
    let mut whole = Part {
        width,
        height: bottom + meet.height,
        axis: width / 2,
        open: true,
        fails: (width, bottom + meet.height / 2),
        marks: Vec::new(),
    };
    whole.place(&wide(fork.clone(), width), 0, 0);
    whole.place(&wide(meet, width), 0, bottom);
    for (lane, x) in lanes.iter().zip(xs) {
        let axis = left + x + lane.axis;
        whole.line(&[(axis, fork.height), (axis, top)], true);
        whole.place(lane, left + x, top);
        if lane.open {
            whole.line(&[(axis, top + lane.height), (axis, bottom)], true);
        }
    }
    whole
}

/// A node made as wide as what it spans.
fn wide(mut part: Part, width: i32) -> Part {
    part.width = width;
    for mark in &mut part.marks {
        if let Mark::Node(_, area, _) = mark {
            area.width = width;
        }
    }
    part
}

/// The left edges of parts side by side, and their width together.
fn beside(parts: &[Part]) -> (Vec<i32>, i32) {
    let mut xs = Vec::new();
    let mut end = 0;
    for part in parts {
        if !xs.is_empty() {
            end += BESIDE;
        }
        xs.push(end);
        end += part.width;
    }
    (xs, end)
}

fn choice(label: &Label, arms: &[(String, Flow)]) -> Part {
    let diamond = Part::node(Shape::Choice, label);
    let arms: Vec<(&str, Part)> = arms
        .iter()
        .map(|(label, arm)| (label.as_str(), under(label, sequence(arm))))
        .collect();
    let parts: Vec<Part> = arms.iter().map(|(_, part)| part.clone()).collect();
    let (xs, inner) = beside(&parts);
    let axes: Vec<i32> = xs.iter().zip(&parts).map(|(x, it)| x + it.axis).collect();
    // over the arm in the middle, else between the two
    let middle = match (
        axes.get((axes.len().max(1) - 1) / 2),
        axes.get(axes.len() / 2),
    ) {
        (Some(one), Some(other)) => (one + other) / 2,
        _ => 0,
    };
    let left = (diamond.axis - middle).max(0);
    let axis = middle + left;
    let turn = diamond.height + ACROSS;
    let top = turn + LABELLED;
    let low = top + parts.iter().map(|it| it.height).max().unwrap_or_default();
    let open = parts.is_empty() || parts.iter().any(|it| it.open);
    let meet = low + ACROSS;
    let mut whole = Part {
        width: (left + inner).max(axis + diamond.right()),
        height: if open { meet } else { low },
        axis,
        open,
        ..Part::default()
    };
    whole.fails = (axis + diamond.right(), diamond.height / 2);
    whole.place(&diamond, axis - diamond.axis, 0);
    for ((label, part), (x, at)) in arms.iter().zip(xs.iter().zip(&axes)) {
        let at = left + at;
        let way = [(axis, diamond.height), (axis, turn), (at, turn), (at, top)];
        whole.line(&way, part.height > 0);
        whole.tag(at, turn + LABELLED / 2 - 4, label);
        whole.place(part, left + x, top);
        if part.open {
            let bottom = top + part.height;
            whole.line(&[(at, bottom), (at, meet), (axis, meet)], false);
        }
    }
    whole
}

/// A part that is wide enough for the label of the arrow that leads to it.
fn under(label: &str, part: Part) -> Part {
    let half = tag_width(label) / 2 + 1;
    let axis = part.axis.max(half);
    let mut whole = Part {
        width: axis + part.right().max(half),
        height: part.height,
        axis,
        open: part.open,
        ..Part::default()
    };
    whole.place(&part, axis - part.axis, 0);
    whole
}

fn fallible(tried: &Part, fails: &str, otherwise: &Flow) -> Part {
    let otherwise = under(fails, sequence(otherwise));
    let x = tried.width + BESIDE;
    let at = x + otherwise.axis;
    let top = tried.fails.1 + LABELLED;
    let low = tried.height.max(top + otherwise.height);
    let meet = if otherwise.open { low + ACROSS } else { low };
    let mut whole = Part {
        width: x + otherwise.width,
        height: meet,
        axis: tried.axis,
        open: tried.open || otherwise.open,
        fails: tried.fails,
        marks: Vec::new(),
    };
    whole.place(tried, 0, 0);
    let way = [tried.fails, (at, tried.fails.1), (at, top)];
    whole.dashes(&way, otherwise.height > 0);
    whole.tag(at, tried.fails.1 + LABELLED / 2 - 4, fails);
    whole.place(&otherwise, x, top);
    if tried.open && meet > tried.height {
        whole.line(&[(tried.axis, tried.height), (tried.axis, meet)], false);
    }
    if otherwise.open {
        let bottom = top + otherwise.height;
        whole.dashes(&[(at, bottom), (at, meet), (tried.axis, meet)], false);
    }
    whole
}

fn framed(title: &str, label: &Label, inside: &Flow) -> Part {
    let mut parts = vec![Part::node(Shape::Run, label)];
    parts.extend(inside.iter().map(block));
    let held = column(&parts);
    let mut whole = frame(title, &held, 0, 0);
    whole.fails = (whole.width, TITLE + held.fails.1);
    whole.open = true;
    whole
}

/// A frame round a part, with free space to its left and right.
fn frame(title: &str, held: &Part, left: i32, right: i32) -> Part {
    let x = PADDING + left;
    let title_width = width(title, SMALL) + 2 * PADDING;
    let mut whole = Part {
        width: (x + held.width + right + PADDING).max(title_width),
        height: TITLE + held.height + PADDING,
        axis: x + held.axis,
        open: held.open,
        ..Part::default()
    };
    let area = Area {
        x: 0,
        y: 0,
        width: whole.width,
        height: whole.height,
    };
    whole.marks.push(Mark::Frame(area, title.to_owned()));
    // the flow comes in through the title's line
    whole.line(&[(whole.axis, 0), (whole.axis, TITLE)], false);
    whole.place(held, x, TITLE);
    whole
}

fn rounds(title: &str, label: &Label, round: &Flow) -> Part {
    let head = Part::node(Shape::Round, label);
    let mut parts = vec![head.clone()];
    parts.extend(round.iter().map(block));
    let mut held = column(&parts);
    let back = held.height + ACROSS;
    let comes_back = held.open;
    held.height = back;
    let (left, right) = (tag_width(NEXT_ROUND), tag_width(NO_MORE));
    let mut whole = frame(title, &held, left, right + ACROSS);
    let (axis, middle) = (whole.axis, TITLE + head.height / 2);
    if comes_back {
        let (low, x) = (TITLE + back, PADDING + left / 2);
        let head = (axis - head.axis, middle);
        let way = [
            (axis, low - ACROSS),
            (axis, low),
            (x, low),
            (x, middle),
            head,
        ];
        whole.line(&way, true);
        whole.tag(x, (low + middle) / 2, NEXT_ROUND);
    }
    let x = PADDING + left + held.width + ACROSS + right / 2;
    let under = whole.height + ACROSS;
    let way = [
        (axis + head.right(), middle),
        (x, middle),
        (x, under),
        (axis, under),
    ];
    whole.line(&way, false);
    whole.tag(x, (whole.height + middle) / 2, NO_MORE);
    whole.height = under;
    whole.open = true;
    whole
}
