//! The picture as SVG, laid out by the graph's own structure.

use std::fmt::Write as _;

use super::dot::entities;
use super::flow::{Line, Shape, Tone};
use super::layout::drawing;
use super::part::{Area, LINE, Mark, SIZE, SMALL, tag_width};
use super::words::one_line;
use crate::workflow::graph::Graph;

/// Round the whole drawing.
const MARGIN: i32 = 16;
/// The arrow head's length.
const HEAD: i32 = 8;

impl Graph {
    /// The graph as an SVG file: no script, no font, nothing that it loads. It shows what [`mermaid`](Self::mermaid)
    /// shows; a way out, as `leave the loop` or `return`, ends its flow without an arrow.
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
    /// let svg = shout::graph().svg();
    /// assert!(svg.starts_with("<svg "));
    /// assert!(svg.contains(">Write it in capitals</text>"));
    /// ```
    pub fn svg(&self) -> String {
        let whole = drawing(self);
        let (width, height) = (whole.width + 2 * MARGIN, whole.height + 2 * MARGIN);
        let mut text = String::new();
        // writing to a `String` cannot fail
        let _ = writeln!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{SIZE}\" fill=\"#1f2328\">"
        );
        let _ = writeln!(text, "<title>{}</title>", entities(self.name));
        if !self.doc.is_empty() {
            let _ = writeln!(text, "<desc>{}</desc>", entities(&one_line(self.doc)));
        }
        let _ = writeln!(
            text,
            "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"
        );
        let _ = writeln!(text, "<g transform=\"translate({MARGIN} {MARGIN})\">");
        // frames lie under lines, lines under nodes
        let rank = |mark: &Mark| match mark {
            Mark::Frame(..) => 0,
            Mark::Path { .. } => 1,
            Mark::Node(..) | Mark::Tag(..) => 2,
        };
        for layer in 0..=2 {
            for mark in whole.marks.iter().filter(|mark| rank(mark) == layer) {
                draw(&mut text, mark);
            }
        }
        text.push_str("</g>\n</svg>\n");
        text
    }
}

fn draw(text: &mut String, mark: &Mark) {
    match mark {
        Mark::Frame(area, title) => {
            let at = rect(*area);
            let _ = writeln!(
                text,
                "<rect {at} rx=\"6\" fill=\"none\" stroke=\"#8c959f\"/>"
            );
            let (x, y) = (area.x + 8, area.y + 14);
            let title = entities(title);
            let _ = writeln!(
                text,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{SMALL}\" fill=\"#57606a\">{title}</text>"
            );
        }
        Mark::Path {
            points,
            dashed,
            arrow,
        } => path(text, points, *dashed, *arrow),
        Mark::Node(shape, area, lines) => node(text, *shape, *area, lines),
        Mark::Tag(x, y, label) => {
            let wide = tag_width(label);
            let area = Area {
                x: x - wide / 2,
                y: y - 8,
                width: wide,
                height: 16,
            };
            let _ = writeln!(text, "<rect {} fill=\"#ffffff\"/>", rect(area));
            let label = entities(label);
            let _ = writeln!(
                text,
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-size=\"{SMALL}\">{label}</text>",
                y + 4
            );
        }
    }
}

fn path(text: &mut String, points: &[(i32, i32)], dashed: bool, arrow: bool) {
    let listed: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let dashes = if dashed {
        " stroke-dasharray=\"5 4\""
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#57606a\"{dashes}/>",
        listed.join(" ")
    );
    if let (true, [.., (from_x, from_y), (x, y)]) = (arrow, points) {
        // the arrow comes along one of the two axes
        let (along_x, along_y) = ((x - from_x).signum() * HEAD, (y - from_y).signum() * HEAD);
        let (back_x, back_y) = (x - along_x, y - along_y);
        let (side_x, side_y) = (along_y / 2, along_x / 2);
        let _ = writeln!(
            text,
            "<polygon points=\"{x},{y} {},{} {},{}\" fill=\"#57606a\"/>",
            back_x + side_x,
            back_y + side_y,
            back_x - side_x,
            back_y - side_y
        );
    }
}

fn node(text: &mut String, shape: Shape, area: Area, lines: &[Line]) {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    let (right, bottom, middle, center) = (x + width, y + height, x + width / 2, y + height / 2);
    let (form, fill) = match shape {
        Shape::Terminal => (
            format!("rect {} rx=\"{}\"", rect(area), height.min(36) / 2),
            "#f6f8fa",
        ),
        Shape::Step | Shape::Run => (format!("rect {} rx=\"3\"", rect(area)), "#eef4ff"),
        Shape::Fork | Shape::Meet => (format!("rect {}", rect(area)), "#d0d7de"),
        Shape::Note => (
            format!(
                "path d=\"M{x},{y} H{} L{right},{} V{bottom} H{x} Z\"",
                right - 10,
                y + 10
            ),
            "#fff8c5",
        ),
        Shape::Choice => (
            format!(
                "polygon points=\"{middle},{y} {right},{center} {middle},{bottom} {x},{center}\""
            ),
            "#f6f0ff",
        ),
        Shape::Round => (
            format!(
                "polygon points=\"{},{y} {},{y} {right},{center} {},{bottom} {},{bottom} {x},{center}\"",
                x + 14,
                right - 14,
                right - 14,
                x + 14
            ),
            "#f6f0ff",
        ),
    };
    let _ = writeln!(text, "<{form} fill=\"{fill}\" stroke=\"#57606a\"/>");
    if shape == Shape::Run {
        for bar in [x + 5, right - 5] {
            let _ = writeln!(
                text,
                "<path d=\"M{bar},{y} V{bottom}\" stroke=\"#57606a\"/>"
            );
        }
    }
    let high = LINE * i32::try_from(lines.len()).unwrap_or(1);
    let mut base = center - high / 2 + 13;
    for line in lines {
        let tone = match line.tone {
            Tone::Name => " font-weight=\"bold\"",
            Tone::Plain => "",
            Tone::Said => " font-style=\"italic\"",
        };
        let said = entities(&line.text);
        let _ = writeln!(
            text,
            "<text x=\"{middle}\" y=\"{base}\" text-anchor=\"middle\"{tone}>{said}</text>"
        );
        base += LINE;
    }
}

fn rect(area: Area) -> String {
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}
