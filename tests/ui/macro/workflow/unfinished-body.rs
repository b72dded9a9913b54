// The body stops in the middle of an expression.
// Only that is reported: the workflow is there for those who call it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text)
        answer
    }
);

pub fn run(text: &str) -> zyn::Run<'_, String> {
    reply(text)
}

fn main() {}
