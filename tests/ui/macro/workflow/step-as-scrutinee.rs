// A step is matched on where it stands.
// A step decides a named value, nothing else.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        match classify::<Kind>("Which kind?", text) {
            Kind::Complaint => transform("Apologise", text),
            Kind::Question => transform("Answer", text),
        }
    }
);

fn main() {}
