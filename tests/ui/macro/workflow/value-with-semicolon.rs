// The step at the end of a workflow has a `;`.
// It is the workflow's value, as without the `;`.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let tone = transform("Name the tone", text);
        transform("Answer {tone}", text);
    }
);

fn main() {}
