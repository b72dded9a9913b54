// The last step's answer is not what the workflow returns.
// rustc says it at the expression.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        kind
    }
);

fn main() {}
