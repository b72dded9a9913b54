// A `return` gives nothing where the workflow has a value.
// rustc says so at the `return`, as in any function.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        if answer.is_empty() {
            return;
        }
        answer
    }
);

fn main() {}
