// Something else follows a workflow.
// Only that is reported: the workflow is there for those who call it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }

    pub struct Reply;
);

pub fn run(text: &str) -> zyn::Run<'_, String> {
    reply(text)
}

fn main() {}
