// A verb is written with a slip of the pen.
// The verbs are functions in scope, so rustc offers the right one.
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Kind {
    Complaint,
    Question,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = clasify::<Kind>("Which kind?", text);
        let answer = transform("Answer", "{text}");
        format!("{answer} {kind:?}")
    }
);

fn main() {}
