//! A part of a drawing with its own corner as origin, and how parts come together.

use super::flow::{Label, Line, Shape};
use super::words::{broken, width};

pub(super) const SIZE: i32 = 13;
pub(super) const SMALL: i32 = 11;
pub(super) const LINE: i32 = 17;
/// The most characters of a line in a box.
const BROKEN_AT: usize = 44;

/// What is drawn, in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Node(Shape, Area, Label),
    Frame(Area, String),
    /// A line through points.
    Path {
        points: Vec<(i32, i32)>,
        dashed: bool,
        arrow: bool,
    },
    /// The label of an arrow, and where its middle is.
    Tag(i32, i32, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Part of a drawing. The flow comes in above at `axis`, and goes on below at `axis`.
#[derive(Debug, Default, Clone)]
pub(super) struct Part {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) axis: i32,
    /// Whether the flow goes on.
    pub(super) open: bool,
    /// Where a failure leaves it, to the right.
    pub(super) fails: (i32, i32),
    pub(super) marks: Vec<Mark>,
}

impl Part {
    pub(super) fn empty() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// A node that holds its label.
    pub(super) fn node(shape: Shape, label: &Label) -> Self {
        let lines: Label = label
            .iter()
            .flat_map(|line| {
                let tone = line.tone;
                let texts = broken(&line.text, BROKEN_AT).into_iter();
                texts.map(move |text| Line { tone, text })
            })
            .collect();
        let text = lines.iter().map(|line| width(&line.text, SIZE)).max();
        let text = text.unwrap_or_default();
        let high = LINE * i32::try_from(lines.len()).unwrap_or(1);
        let (width, height) = match shape {
            Shape::Choice => {
                // the text's corners touch the edges: the wider, the lower
                let slack = 60 + text / 4;
                (text + slack, high * (text + slack) / slack + 6)
            }
            Shape::Round => (text + 56, high + 16),
            Shape::Terminal | Shape::Run => (text + 36, high + 16),
            _ => (text + 24, high + 14),
        };
        let area = Area {
            x: 0,
            y: 0,
            width,
            height,
        };
        Self {
            width,
            height,
            axis: width / 2,
            open: true,
            fails: (width, height / 2),
            marks: vec![Mark::Node(shape, area, lines)],
        }
    }

    /// What is to the right of the axis.
    pub(super) fn right(&self) -> i32 {
        self.width - self.axis
    }

    /// Takes in the marks of a part whose corner is at `x`, `y`.
    pub(super) fn place(&mut self, part: &Part, x: i32, y: i32) {
        self.marks
            .extend(part.marks.iter().map(|mark| mark.moved(x, y)));
    }

    pub(super) fn line(&mut self, points: &[(i32, i32)], arrow: bool) {
        self.path(points, false, arrow);
    }

    pub(super) fn dashes(&mut self, points: &[(i32, i32)], arrow: bool) {
        self.path(points, true, arrow);
    }

    fn path(&mut self, points: &[(i32, i32)], dashed: bool, arrow: bool) {
        self.marks.push(Mark::Path {
            points: points.to_vec(),
            dashed,
            arrow,
        });
    }

    pub(super) fn tag(&mut self, x: i32, y: i32, text: &str) {
        self.marks.push(Mark::Tag(x, y, text.to_owned()));
    }
}

impl Mark {
    fn moved(&self, x: i32, y: i32) -> Self {
        let mut mark = self.clone();
        match &mut mark {
            Self::Node(_, area, _) | Self::Frame(area, _) => {
                area.x += x;
                area.y += y;
            }
            Self::Path { points, .. } => {
                for point in points {
                    point.0 += x;
                    point.1 += y;
                }
            }
            Self::Tag(at_x, at_y, _) => {
                *at_x += x;
                *at_y += y;
            }
        }
        mark
    }
}

/// How wide the label of an arrow is.
pub(super) fn tag_width(text: &str) -> i32 {
    width(text, SMALL) + 10
}
