// A step has an `else`.
// A failed step ends the workflow.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text) else {
            return String::new();
        };
        answer
    }
);

fn main() {}
