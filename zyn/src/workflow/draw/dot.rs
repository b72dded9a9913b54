//! The picture as DOT text.

use std::fmt::Write as _;

use super::flow::{Label, Shape, Tone};
use super::wiring::{Item, Wiring};
use super::words::broken;
use crate::workflow::graph::Graph;

const HEAD: &str = "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11]
  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10]
";

impl Graph {
    /// The graph as DOT text, as Graphviz draws it: `dot -Tsvg`. It shows what [`mermaid`](Self::mermaid) shows.
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
    /// let dot = shout::graph().dot();
    /// assert!(dot.starts_with("digraph \"shout\" {\n"));
    /// assert!(dot.ends_with("  n0 -> n1\n  n1 -> n2\n}\n"));
    /// ```
    pub fn dot(&self) -> String {
        let wiring = Wiring::new(self);
        let mut text = format!("digraph \"{}\" {{\n{HEAD}", escape(self.name));
        items(&mut text, &wiring.items, 1);
        for arrow in &wiring.arrows {
            let label = match arrow.label.as_str() {
                "" => None,
                label => Some(format!("label=\"{}\"", escape(label))),
            };
            let dashed = arrow.dashed.then(|| "style=dashed".to_owned());
            let attributes: Vec<String> = label.into_iter().chain(dashed).collect();
            let attributes = match attributes.as_slice() {
                [] => String::new(),
                some => format!(" [{}]", some.join(", ")),
            };
            // writing to a `String` cannot fail
            let _ = writeln!(text, "  n{} -> n{}{attributes}", arrow.from, arrow.to);
        }
        text.push_str("}\n");
        text
    }
}

fn items(text: &mut String, all: &[Item], depth: usize) {
    let indent = "  ".repeat(depth);
    for item in all {
        match item {
            Item::Node(number, shape, label) => {
                let (shape, label) = (attributes(*shape), written(label));
                let _ = writeln!(text, "{indent}n{number} [{shape}, label=<{label}>]");
            }
            Item::Frame(number, title, inner) => {
                let title = escape(title);
                let _ = writeln!(text, "{indent}subgraph cluster_{number} {{");
                let _ = writeln!(
                    text,
                    "{indent}  label=\"{title}\" labeljust=l fontname=\"Helvetica,Arial,sans-serif\" fontsize=10"
                );
                items(text, inner, depth + 1);
                let _ = writeln!(text, "{indent}}}");
            }
        }
    }
}

fn attributes(shape: Shape) -> &'static str {
    match shape {
        Shape::Terminal => "shape=box, style=rounded",
        Shape::Step => "shape=box",
        Shape::Run => "shape=box, peripheries=2",
        Shape::Note => "shape=note",
        Shape::Choice => "shape=diamond, margin=0",
        Shape::Round => "shape=hexagon",
        Shape::Fork => "shape=trapezium",
        Shape::Meet => "shape=invtrapezium",
    }
}

fn written(label: &Label) -> String {
    let mut lines = Vec::new();
    for line in label {
        for text in broken(&line.text, 40) {
            let text = entities(&text);
            lines.push(match line.tone {
                Tone::Name => format!("<b>{text}</b>"),
                Tone::Plain => text,
                Tone::Said => format!("<i>{text}</i>"),
            });
        }
    }
    lines.join("<br/>")
}

/// Text in an HTML-like label.
pub(super) fn entities(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text between double quotes. An entity in it would be read as one.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('&', "&amp;")
}
