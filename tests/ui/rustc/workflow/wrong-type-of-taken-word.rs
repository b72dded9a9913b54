// A label is the value of a workflow that says `String`; its step's name is the verb's.
// The verb is a path then, and rustc points at the user's tokens all the same.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let classify = classify::<Kind>("Which kind?", text);
        classify
    }
);

fn main() {}
