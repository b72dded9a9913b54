//! The graph as Mermaid text.

use std::fmt::Write as _;

use super::graph::{ArmInfo, BranchInfo, Graph, StepInfo};

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
        for (at, step) in self.steps.iter().enumerate() {
            self.arrows(&mut text, step.reads, "-->", &format!("s{at}"));
            if step.conversation {
                self.arrows(&mut text, step.follows, "-.->", &format!("s{at}"));
            }
        }
        for (at, branch) in self.branches.iter().enumerate() {
            self.arrows(&mut text, branch.reads, "-->", &format!("b{at}"));
            self.ways(&mut text, at, branch);
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

    /// One labelled arrow to where each arm leads.
    fn ways(&self, text: &mut String, at: usize, branch: &BranchInfo) {
        for arm in branch.arms {
            let to = if arm.start < arm.end {
                self.first(arm.start, at + 1)
            } else if arm.ends {
                "out".to_owned()
            } else {
                self.behind(at, branch)
            };
            let label = escape(arm.label);
            line(text, format_args!("b{at} -->|\"{label}\"| {to}"));
        }
    }

    /// What comes first where the step at `start` comes next: a branch around it, not before the one at `from`,
    /// or the step.
    fn first(&self, start: usize, from: usize) -> String {
        let mut branches = self.branches.iter().enumerate().skip(from);
        match branches.find(|(_, branch)| branch.holds(start)) {
            Some((branch, _)) => format!("b{branch}"),
            None => format!("s{start}"),
        }
    }

    /// What comes behind the branch at `at`, in its arm or behind the branch around it; the value at last.
    fn behind(&self, at: usize, branch: &BranchInfo) -> String {
        let end = branch.end();
        let mut around = self.branches.iter().enumerate().take(at).rev();
        let outer = around.find(|(_, outer)| branch.start() < outer.end());
        let ends_here = |arm: &ArmInfo| arm.start <= branch.start() && end <= arm.end;
        match outer {
            Some((at, outer)) => match outer.arms.iter().find(|arm| ends_here(arm)) {
                Some(arm) if end < arm.end => self.first(end, at + 1),
                Some(arm) if arm.ends => "out".to_owned(),
                _ => self.behind(at, outer),
            },
            None if end < self.steps.len() => self.first(end, at + 1),
            None => "out".to_owned(),
        }
    }
}

impl BranchInfo {
    fn start(&self) -> usize {
        self.arms.first().map_or(0, |arm| arm.start)
    }

    fn end(&self) -> usize {
        self.arms.last().map_or(0, |arm| arm.end)
    }

    fn holds(&self, step: usize) -> bool {
        self.start() <= step && step < self.end()
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

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Classify)]
    #[allow(dead_code, reason = "the workflows are drawn, not run")]
    enum Topic {
        Technology,
        Business,
        Sports,
    }

    fn arrows(mermaid: &str) -> Vec<&str> {
        let lines = mermaid.lines().map(str::trim);
        lines.filter(|line| line.contains("->")).collect()
    }

    #[test]
    fn a_step_that_reads_the_conversation_follows_no_step_of_a_sibling_arm() {
        workflow!(
            async fn file(article: &str) -> (Topic, Option<String>) {
                let topic = classify::<Topic>("Which topic?", article);
                let detail = match topic {
                    Topic::Technology => {
                        let shelf = transform("Which technology?");
                        Some(shelf)
                    }
                    Topic::Business => {
                        let shelf = transform("Which part of business?");
                        Some(shelf)
                    }
                    Topic::Sports => None,
                };
                (topic, detail)
            }
        );

        assert_eq!(
            arrows(&file::graph().mermaid()),
            [
                "in_article --> s0",
                "s0 -.-> s1",
                "s0 -.-> s2",
                "s0 --> b0",
                "b0 -->|\"Topic::Technology\"| s1",
                "b0 -->|\"Topic::Business\"| s2",
                "b0 -->|\"Topic::Sports\"| out",
                "s0 --> out",
                "s1 --> out",
                "s2 --> out",
            ]
        );
    }

    #[test]
    fn a_step_behind_a_branch_follows_all_ways_through_it() {
        workflow!(
            async fn reply(text: &str, n: u8) -> String {
                let topic = classify::<Topic>("Which topic?", text);
                if n > 3 {
                    let _more = transform("Say more", text);
                }
                match topic {
                    Topic::Technology => {
                        let _first = transform("Think", text);
                    }
                    Topic::Business => {
                        let _second = transform("Calculate", text);
                    }
                    Topic::Sports => return String::new(),
                }
                let answer = transform("Answer");
                answer
            }
        );

        let graph = reply::graph();
        let answer = graph.steps.last().expect("a step");
        assert_eq!(answer.follows, ["Technology/_first", "Business/_second"]);
        let first = graph.steps.get(2).expect("a step");
        assert_eq!(first.follows, ["topic", "then/_more"]);
        let mermaid = graph.mermaid();
        let arrows = arrows(&mermaid);
        for arrow in [
            "s2 -.-> s4",
            "s3 -.-> s4",
            "b0 -->|\"yes\"| s1",
            "b0 -->|\"no\"| b1",
            "b1 -->|\"Topic::Sports\"| out",
        ] {
            assert!(arrows.contains(&arrow), "{arrow}: {mermaid}");
        }
    }

    #[test]
    fn arms_of_one_name_lead_to_their_own_steps() {
        workflow!(
            async fn twice(text: &str, n: u8) -> String {
                let first = if n > 1 {
                    transform("One", text)
                } else if n > 0 {
                    match text {
                        "a" => transform("Two", text),
                        _ => String::new(),
                    }
                } else {
                    String::new()
                };
                let second = if n > 2 {
                    transform("Three", text)
                } else {
                    first
                };
                second
            }
        );

        let mermaid = twice::graph().mermaid();
        let ways: Vec<_> = arrows(&mermaid)
            .into_iter()
            .filter(|arrow| arrow.starts_with('b'))
            .collect();
        assert_eq!(
            ways,
            [
                "b0 -->|\"yes\"| s0",
                "b0 -->|\"no\"| b1",
                "b1 -->|\"yes\"| b2",
                "b1 -->|\"no\"| b3",
                "b2 -->|\"#34;a#34;\"| s1",
                "b2 -->|\"_\"| b3",
                "b3 -->|\"yes\"| s2",
                "b3 -->|\"no\"| out",
            ]
        );
    }

    #[test]
    fn what_mermaid_would_read_as_its_own_is_escaped() {
        assert_eq!(
            super::escape("\"a\" {b} |c| <d> #e; `f`\n&lt;\\n"),
            "#34;a#34; #123;b#125; #124;c#124; #60;d#62; #35;e#59; #96;f#96; #38;lt#59;#92;n"
        );
        workflow!(
            async fn quote(text: &str) -> Vec<String> {
                let answer = transform("Quote \"{text}\"; use | and `code` #1");
                vec![answer]
            }
        );
        let mermaid = quote::graph().mermaid();
        for line in mermaid.lines().filter(|line| line.contains('[')) {
            let label = line
                .split_once('"')
                .and_then(|(_, rest)| rest.rsplit_once('"'));
            let (label, _) = label.expect("a quoted label");
            assert!(!label.contains(['"', '{', '}', '|', '`']), "{line}");
        }
    }
}
