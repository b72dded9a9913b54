// The body stops behind a dot, where an option was to follow.
// Only that is reported: what the step gives is not asked about, and the workflow is there for those who call it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text).;
        answer.to_uppercase()
    }
);

pub fn run(text: &str) -> zyn::Run<'_, String> {
    reply(text)
}

fn main() {}
