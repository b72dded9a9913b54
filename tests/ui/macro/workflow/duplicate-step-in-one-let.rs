// Two arms of one `match` differ in their guards only, and both are steps.
// The arm and the binding make a step's name, and a guard adds nothing.
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
            Kind::Question if text.len() > 9 => transform("Answer at length", text),
            Kind::Question => transform("Answer", text),
            Kind::Complaint => String::new(),
        };
        answer
    }
);

fn main() {}
