//! What a graph says that steps are made of, where ordinary Rust stands between them.

use std::fmt::Write as _;

use zyn::graph::{Graph, Node};
use zyn::prelude::*;

#[derive(Debug, Clone, Default)]
pub struct Case {
    pub name: String,
    pub issue: String,
    pub tags: Vec<String>,
}

pub mod mail {
    pub const fn fixed() -> usize {
        3
    }
}

pub fn put(into: &mut String, text: &str, also: usize) {
    into.push_str(text);
    into.push_str(&also.to_string());
}

workflow!(
    /// Put something into a value in each way that Rust has.
    async fn gather(text: &str, limit: usize) -> Case {
        let mut case = Case::default();
        let name = transform("Name", text);
        case.name = name;
        let issue = transform("Issue of {case.name}", text);
        case.issue.push_str(&issue);
        let tag = transform("Tag {case.issue}", text);
        case.tags.push(String::new());
        case.tags[0] = tag;
        let tags = case.tags.len();
        let all = transform("All of {tags}", text);
        put(&mut case.name, &all, limit);
        let end = transform("The end of {case.name}", text);
        case.name += &end;
        case
    }
);

workflow!(
    /// Gather the parts in a loop, then put them together.
    async fn assemble(items: &[String], flags: &[bool]) -> String {
        let mut notes = Vec::new();
        let mut written = String::new();
        let (first, mut second);
        let mut seen = String::new();
        for item in items {
            let before = transform("Sum up {seen}", item);
            notes.push(before);
            let line = notes.join(" ");
            seen = line;
        }
        let all = notes.join("\n");
        let sum = transform("Put together", &all);
        let Ok(()) = write!(written, "{sum}") else {
            return sum;
        };
        let one = transform("Once more", &written);
        (first, second) = (one, String::new());
        let two = transform("And again {first}", ".");
        flags
            .iter()
            .for_each(|flag| second.push_str(if *flag { &two } else { "" }));
        let three = transform("The last of {second}", ".");
        three
    }
);

workflow!(
    /// Names that are no names of the workflow.
    async fn apart(mail: &str, other: &str, names: Vec<String>) -> usize {
        let fixed = mail::fixed();
        let long = names.iter().filter(|mail| mail.len() > fixed).count();
        let count = transform("Answer {long}", other);
        let known = other.contains(&count);
        let again = transform("Answer {known}", other);
        let last = transform("Answer", other);
        last.len() + mail.len() + again.len()
    }
);

workflow!(
    /// A guard decides too.
    async fn guarded(text: &str, limit: usize, often: u32) -> String {
        let size = text.len();
        let answer = match size {
            n if n > limit => transform("Shorten", text),
            0 => transform("Lengthen", text).reask(often),
            _ => text.to_owned(),
        };
        answer
    }
);

fn reads(graph: &'static Graph, id: &str) -> &'static [&'static str] {
    let step = graph.steps.iter().find(|step| step.id == id);
    step.map_or_else(|| panic!("no step {id}"), |step| step.reads)
}

#[test]
fn a_value_is_made_of_what_was_put_into_it() {
    let graph = gather::graph();
    assert_eq!(reads(graph, "issue"), ["text", "name"]);
    assert_eq!(reads(graph, "tag"), ["text", "name", "issue"]);
    assert_eq!(reads(graph, "all"), ["text", "name", "issue", "tag"]);
    let end = ["text", "limit", "name", "issue", "tag", "all"];
    assert_eq!(reads(graph, "end"), end);
    let result = ["limit", "name", "issue", "tag", "all", "end"];
    assert_eq!(graph.result, result);
}

#[test]
fn what_rounds_put_into_a_value_is_read_behind_them_and_in_the_next() {
    let graph = assemble::graph();
    assert_eq!(reads(graph, "item/before"), ["items", "item/before"]);
    assert_eq!(reads(graph, "sum"), ["item/before"]);
}

#[test]
fn macros_tuples_and_closures_put_into_values_too() {
    let graph = assemble::graph();
    assert_eq!(reads(graph, "one"), ["sum"]);
    assert_eq!(reads(graph, "two"), ["one"]);
    assert_eq!(reads(graph, "three"), ["flags", "one", "two"]);
}

#[test]
fn a_module_a_parameter_and_a_method_that_only_looks_put_nothing_in() {
    let graph = apart::graph();
    assert_eq!(reads(graph, "count"), ["other", "names"]);
    assert_eq!(reads(graph, "again"), ["other", "count"]);
    assert_eq!(reads(graph, "last"), ["other"]);
}

#[test]
fn a_guard_is_part_of_its_arm_and_decides() {
    let [Node::Branch(branch)] = guarded::graph().body.nodes else {
        panic!("{:?}", guarded::graph().body)
    };
    let labels: Vec<_> = branch.arms.iter().map(|arm| arm.label).collect();
    assert_eq!(labels, ["n if n > limit", "0", "_"]);
    assert_eq!(branch.reads, ["text", "limit"]);
}
