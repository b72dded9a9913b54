//! The graph as Mermaid text.

use std::fmt::Write as _;

use super::graph::{Graph, StepInfo};

impl Graph {
    /// The graph as a Mermaid flowchart, as GitHub and many editors draw it.
    ///
    /// Inputs are rounded, steps are boxes, decisions are diamonds. An arrow says what is made of what, a dotted one
    /// that a step reads the conversation as the step before it left it, a labelled one where a decision leads.
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
    ///   in_text(["text"])
    ///   s0["<b>loud</b><br>transform → String<br><i>Write it in capitals</i>"]
    ///   out(["String"])
    ///   in_text --> s0
    ///   s0 --> out
    /// "#
    /// );
    /// ```
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart TD\n");
        for input in self.inputs {
            line(&mut text, format_args!("in_{input}([\"{input}\"])"));
        }
        for (at, step) in self.steps.iter().enumerate() {
            line(&mut text, format_args!("s{at}[\"{}\"]", label(step)));
        }
        line(
            &mut text,
            format_args!("out([\"{}\"])", escape(self.output)),
        );
        for (at, step) in self.steps.iter().enumerate() {
            self.arrows(&mut text, step.reads, "-->", &format!("s{at}"));
        }
        self.arrows(&mut text, self.result, "-->", "out");
        text
    }

    fn arrows(&self, text: &mut String, sources: &[&str], arrow: &str, to: &str) {
        for source in sources {
            if let Some(from) = self.node(source) {
                line(text, format_args!("{from} {arrow} {to}"));
            }
        }
    }

    /// The node that a source stands for: a step, else an input.
    fn node(&self, source: &str) -> Option<String> {
        match self.steps.iter().position(|step| step.id == source) {
            Some(at) => Some(format!("s{at}")),
            None => self
                .inputs
                .contains(&source)
                .then(|| format!("in_{source}")),
        }
    }
}

fn label(step: &StepInfo) -> String {
    let mut label = format!(
        "<b>{}</b><br>{} → {}",
        step.id,
        step.verb,
        escape(step.output)
    );
    if !step.instruction.is_empty() {
        label.push_str(&format!("<br><i>{}</i>", escape(step.instruction)));
    }
    label
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // writing to a `String` cannot fail
    let _ = writeln!(text, "  {content}");
}

/// Text in a quoted label: one line, and what Mermaid or HTML would read as its own as an entity.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '\'' | ';' | '<' | '>' | '\\' | '`' | '{' | '|' | '}' => {
                escaped.push_str(&format!("#{};", u32::from(c)));
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
