// A verb is called without arguments.
// A model must be told what to do.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>();
        format!("{text} {kind:?}")
    }
);

fn main() {}
