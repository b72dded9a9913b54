//! The picture as Mermaid text.

use std::fmt::Write as _;

use super::flow::{Label, Shape, Tone};
use super::wiring::{Item, Wiring};
use crate::workflow::graph::Graph;

impl Graph {
    /// The graph as a Mermaid flowchart, as GitHub and many editors draw it.
    ///
    /// An arrow is the order in time. A box is a step, a diamond decides, a hexagon begins each round of a loop, two
    /// bars hold what runs at once, a frame holds a loop or a workflow inside the workflow, and a dashed arrow leads to
    /// what happens if a step fails.
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
    /// assert_eq!(
    ///     shout::graph().mermaid(),
    ///     r#"flowchart TD
    ///   n0(["<b>shout(text)</b>"])
    ///   n1["<b>loud</b><br>transform → String<br><i>Write it in capitals</i><br>reads text"]
    ///   n2(["<b>String</b><br>made of loud"])
    ///   n0 --> n1
    ///   n1 --> n2
    /// "#
    /// );
    /// ```
    pub fn mermaid(&self) -> String {
        let wiring = Wiring::new(self);
        let mut text = String::from("flowchart TD\n");
        items(&mut text, &wiring.items, 1);
        for arrow in &wiring.arrows {
            let line = if arrow.dashed { "-.->" } else { "-->" };
            let label = match arrow.label.as_str() {
                "" => String::new(),
                label => format!("|\"{}\"|", escape(label)),
            };
            // writing to a `String` cannot fail
            let _ = writeln!(text, "  n{} {line}{label} n{}", arrow.from, arrow.to);
        }
        text
    }
}

fn items(text: &mut String, all: &[Item], depth: usize) {
    let indent = "  ".repeat(depth);
    for item in all {
        match item {
            Item::Node(number, shape, label) => {
                let (open, close) = brackets(*shape);
                let label = written(label);
                let _ = writeln!(text, "{indent}n{number}{open}\"{label}\"{close}");
            }
            // without its title, which Mermaid writes where the arrow comes in; the first node inside says the same
            Item::Frame(number, _, inner) => {
                let _ = writeln!(text, "{indent}subgraph n{number} [\" \"]");
                items(text, inner, depth + 1);
                let _ = writeln!(text, "{indent}end");
            }
        }
    }
}

fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Terminal => ("([", "])"),
        Shape::Step => ("[", "]"),
        Shape::Run => ("[[", "]]"),
        Shape::Note => (">", "]"),
        Shape::Choice => ("{", "}"),
        Shape::Round => ("{{", "}}"),
        Shape::Fork => ("[/", "\\]"),
        Shape::Meet => ("[\\", "/]"),
    }
}

fn written(label: &Label) -> String {
    let lines: Vec<String> = label
        .iter()
        .map(|line| {
            let text = escape(&line.text);
            match line.tone {
                Tone::Name => format!("<b>{text}</b>"),
                Tone::Plain => text,
                Tone::Said => format!("<i>{text}</i>"),
            }
        })
        .collect();
    lines.join("<br>")
}

/// What stands between characters without being seen, as an entity.
const NOTHING: &str = "#8288;";

/// Text in a quoted label, with what Mermaid, Markdown or HTML would read as its own as an entity. `$$` would begin a
/// formula and `fa:fa-` an icon even so, so they are taken apart.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '#' | '$' | '&' | '\'' | '*' | ';' | '<' | '>' | '\\' | '_' | '`' | '{' | '|'
            | '}' | '~' => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
        let next = rest.as_str();
        if (c == '$' && next.starts_with('$')) || (c == ':' && next.starts_with("fa-")) {
            escaped.push_str(NOTHING);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_formula_nor_an_icon_is_made_of_a_text() {
        assert_eq!(escape("$$x$$"), "#36;#8288;#36;x#36;#8288;#36;");
        assert_eq!(escape("for fa:fa-car"), "for fa:#8288;fa-car");
        assert_eq!(escape("system: now"), "system: now");
    }
}
