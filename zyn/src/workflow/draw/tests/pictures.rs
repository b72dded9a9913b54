use super::samples::{AGAIN, ALL, ANSWER, BLANK, REFINE, VIEWS, go};
use crate::workflow::draw::flow::Shape;
use crate::workflow::draw::layout::drawing;
use crate::workflow::draw::part::{Area, Mark, tag_width};
use crate::workflow::draw::wiring::Wiring;
use crate::workflow::graph::{Graph, Node, StepInfo};

/// Whether the tags of a text close each other and no `&` or `<` is left over.
#[track_caller]
pub(super) fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((text, tag)) = rest.split_once('<') {
        let entity = |it: &str| {
            ["amp;", "lt;", "gt;", "quot;"]
                .iter()
                .any(|e| it.starts_with(e))
        };
        assert!(text.split('&').skip(1).all(entity), "{text}");
        let (tag, after) = tag.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Whether no node or label lies on another, and each within the drawing.
#[track_caller]
pub(super) fn apart(graph: &Graph) {
    let whole = drawing(graph);
    let mut areas: Vec<Area> = Vec::new();
    for mark in &whole.marks {
        let area = match mark {
            Mark::Node(_, area, _) => *area,
            Mark::Tag(x, y, text) => Area {
                x: x - tag_width(text) / 2,
                y: y - 8,
                width: tag_width(text),
                height: 16,
            },
            Mark::Frame(..) | Mark::Path { .. } => continue,
        };
        assert!(
            area.x >= 0 && area.x + area.width <= whole.width,
            "{mark:?} of {}",
            whole.width
        );
        assert!(
            area.y >= 0 && area.y + area.height <= whole.height,
            "{mark:?}"
        );
        for other in &areas {
            let beside = area.x + area.width <= other.x || other.x + other.width <= area.x;
            let below = area.y + area.height <= other.y || other.y + other.height <= area.y;
            assert!(beside || below, "{area:?} and {other:?} in {graph:#?}");
        }
        areas.push(area);
    }
}

/// Whether every line leads across or down, and through no node.
#[track_caller]
pub(super) fn between(graph: &Graph) {
    let marks = drawing(graph).marks;
    for mark in &marks {
        let Mark::Path { points, .. } = mark else {
            continue;
        };
        for pair in points.windows(2) {
            let [(from_x, from_y), (x, y)] = pair else {
                unreachable!()
            };
            assert!(from_x == x || from_y == y, "{points:?}");
            for node in &marks {
                let Mark::Node(_, area, label) = node else {
                    continue;
                };
                let beside = from_x.max(x) <= &area.x || from_x.min(x) >= &(area.x + area.width);
                let below = from_y.max(y) <= &area.y || from_y.min(y) >= &(area.y + area.height);
                assert!(
                    beside || below,
                    "{points:?} through {label:?} in {graph:#?}"
                );
            }
        }
    }
}

#[test]
fn the_first_page_is_drawn_as_mermaid_to_the_letter() {
    assert_eq!(ANSWER.mermaid(), include_str!("answer.mmd"));
}

#[test]
fn a_loop_with_ways_out_is_drawn_as_mermaid_to_the_letter() {
    assert_eq!(REFINE.mermaid(), include_str!("refine.mmd"));
}

#[test]
fn a_loop_with_ways_out_is_drawn_as_dot_to_the_letter() {
    assert_eq!(REFINE.dot(), include_str!("refine.dot"));
}

#[test]
fn a_join_that_may_fail_is_drawn_as_dot_to_the_letter() {
    assert_eq!(VIEWS.dot(), include_str!("views.dot"));
}

#[test]
fn svg_is_well_formed_and_loads_nothing() {
    for graph in ALL {
        let svg = graph.svg();
        well_formed(&svg);
        for loads in ["href", "url(", "<script", "<style", "<image", "@import"] {
            assert!(!svg.contains(loads), "{}: {loads}", graph.name);
        }
    }
}

#[test]
fn svg_tells_a_screen_reader_what_the_workflow_does() {
    let svg = ANSWER.svg();
    assert!(svg.lines().next().unwrap().contains(" role=\"img\" "));
    assert!(svg.contains("\n<desc>Answer a support ticket.</desc>\n"));
    assert!(!VIEWS.svg().contains("<desc>"));
}

#[test]
fn a_box_says_what_is_called() {
    let steps = [StepInfo {
        id: "length",
        verb: "call",
        input: "count(&draft)",
        ..BLANK
    }];
    let graph = Graph {
        steps: Vec::from(steps).leak(),
        body: go(&[Node::Step(0)]),
        ..VIEWS
    };
    assert!(graph.svg().contains(">count(&amp;draft)</text>"));
}

#[test]
fn in_svg_nothing_lies_on_anything_else() {
    for graph in ALL {
        apart(graph);
    }
}

#[test]
fn svg_has_the_label_of_every_arrow() {
    for graph in ALL {
        let svg = graph.svg();
        for arrow in Wiring::new(graph).arrows {
            let label = arrow.label.replace('<', "&lt;").replace('>', "&gt;");
            assert!(
                svg.contains(&format!(">{label}</text>")) || label.is_empty(),
                "{label}"
            );
        }
    }
}

#[test]
fn in_svg_lines_lead_between_the_nodes() {
    for graph in ALL {
        between(graph);
    }
}

#[test]
fn a_failure_is_dashed_in_every_form() {
    assert_eq!(VIEWS.mermaid().matches("-.->|\"if one fails\"|").count(), 1);
    assert_eq!(VIEWS.dot().matches("style=dashed").count(), 1);
    assert_eq!(VIEWS.svg().matches("stroke-dasharray").count(), 1);
    assert!(!ANSWER.svg().contains("stroke-dasharray"));
}

#[test]
fn a_threshold_is_a_way_to_fail() {
    assert!(REFINE.mermaid().contains("if it fails or is unsure"));
}

#[test]
fn a_workflow_that_runs_itself_is_drawn_once() {
    let runs = drawing(&AGAIN).marks.into_iter();
    let runs = runs.filter(|mark| matches!(mark, Mark::Node(Shape::Run, ..)));
    assert_eq!(runs.count(), 1);
}

#[test]
fn a_return_ends_the_workflow_and_a_break_only_its_loop() {
    let mermaid = REFINE.mermaid();
    let number = |of: &str| {
        let line = mermaid.lines().find(|line| line.contains(of)).unwrap();
        line.trim().split(['(', '[', '{']).next().unwrap()
    };
    let (left, returned, head) = (
        number("leave the loop"),
        number("return"),
        number("for #95;round"),
    );
    let end = number("<b>Draft</b>");
    for arrow in [
        format!("{left} --> {end}"),
        format!("{returned} --> {end}"),
        format!("{head} -->|\"no more rounds\"| {end}"),
    ] {
        assert!(mermaid.contains(&arrow), "{arrow}");
    }
}
