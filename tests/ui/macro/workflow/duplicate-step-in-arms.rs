// Two branches have an arm of the same name, and a step of the same name in it.
// The arm and the binding make the step's name, so the two are one.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Kind>("Which kind?", text);
        let first = match kind {
            Kind::Question => {
                let answer = transform("Answer", text);
                answer
            }
            Kind::Complaint => String::new(),
        };
        let second = match kind {
            Kind::Question => {
                let answer = transform("Answer again", text);
                answer
            }
            Kind::Complaint => first,
        };
        second
    }
);

fn main() {}
