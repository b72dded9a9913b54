// A step decides an `if` where it stands.
// A step decides a named value, nothing else.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        if let Kind::Complaint = classify::<Kind>("Which kind?", text) {
            return first;
        }
        String::new()
    }
);

fn main() {}
