//! The graph as Mermaid text.

use std::fmt::Write as _;

use super::graph::{BranchInfo, Graph, StepInfo};

impl Graph {
    /// The graph as a Mermaid flowchart, as GitHub and many editors draw it.
    ///
    /// Inputs are rounded, steps are boxes, decisions are diamonds. An arrow says what is made of what, a dotted one
    /// that a step reads the conversation so far.
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
        for (at, branch) in self.branches.iter().enumerate() {
            line(
                &mut text,
                format_args!("b{at}{{\"{}\"}}", escape(branch.on)),
            );
        }
        line(
            &mut text,
            format_args!("out([\"{}\"])", escape(self.output)),
        );
        for (at, branch) in self.branches.iter().enumerate() {
            self.reads(&mut text, branch.reads, &format!("b{at}"));
        }
        for (at, step) in self.steps.iter().enumerate() {
            self.reads(&mut text, step.reads, &format!("s{at}"));
            if step.conversation {
                for before in self.just_before(at) {
                    line(&mut text, format_args!("s{before} -.-> s{at}"));
                }
            }
        }
        for (at, branch) in self.branches.iter().enumerate() {
            self.arms(&mut text, at, branch);
        }
        self.reads(&mut text, self.result, "out");
        text
    }

    fn reads(&self, text: &mut String, sources: &[&str], to: &str) {
        for source in sources {
            if let Some(from) = self.node(source) {
                line(text, format_args!("{from} --> {to}"));
            }
        }
    }

    /// The steps that may have run last when the one at `at` starts: one of each arm that ends before it.
    fn just_before(&self, at: usize) -> Vec<usize> {
        let mut last: Vec<usize> = Vec::new();
        for before in (0..at).rev() {
            if !self.exclude(before, at) && last.iter().all(|&other| self.exclude(before, other)) {
                last.push(before);
            }
        }
        last.reverse();
        last
    }

    /// Whether two steps stand in different arms of one branch.
    fn exclude(&self, one: usize, other: usize) -> bool {
        let arm = |branch: &BranchInfo, step: usize| {
            let id = self.steps.get(step)?.id;
            branch.arms.iter().position(|arm| inside(id, arm.path))
        };
        self.branches.iter().any(|branch| {
            let arms = (arm(branch, one), arm(branch, other));
            matches!(arms, (Some(one), Some(other)) if one != other)
        })
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

    /// One labelled arrow to what comes first in each arm; an arm with nothing in it leads to the value.
    fn arms(&self, text: &mut String, at: usize, branch: &BranchInfo) {
        for arm in branch.arms {
            let step = self.steps.iter().position(|step| inside(step.id, arm.path));
            let inner = self
                .branches
                .iter()
                .position(|inner| inner.within == arm.path);
            let first = match (step, inner) {
                (Some(step), Some(inner)) => {
                    let comes_first = self
                        .branches
                        .get(inner)
                        .is_some_and(|inner| inner.after <= step);
                    if comes_first {
                        format!("b{inner}")
                    } else {
                        format!("s{step}")
                    }
                }
                (Some(step), None) => format!("s{step}"),
                (None, Some(inner)) => format!("b{inner}"),
                (None, None) => "out".to_owned(),
            };
            line(
                text,
                format_args!("b{at} -->|\"{}\"| {first}", escape(arm.label)),
            );
        }
    }
}

/// Whether the step called `id` stands in the arm with this path.
fn inside(id: &str, path: &str) -> bool {
    id.strip_prefix(path)
        .is_some_and(|rest| rest.starts_with('/'))
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

/// Text in a quoted label: Mermaid's entities, one line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '\n' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
