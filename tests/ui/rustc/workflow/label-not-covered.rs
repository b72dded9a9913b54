// The `match` forgets a label.
// rustc says it where it would without a workflow.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        let answer = match kind {
            Kind::Complaint => transform("Apologise", text),
        };
        answer
    }
);

fn main() {}
