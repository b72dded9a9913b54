// A step's answer is assigned to `_`.
// Every step needs a name, also one that only the conversation needs.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        _ = transform("Answer", text);
        let answer = transform("Improve it");
        answer
    }
);

fn main() {}
