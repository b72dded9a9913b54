// A step is returned where it stands.
// A step decides a named value or the workflow's, nothing else.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        if kind == Kind::Complaint {
            return transform("Apologise", text);
        }
        transform("Answer", text)
    }
);

fn main() {}
