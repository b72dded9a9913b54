// What an early `return` gives is not what the workflow returns.
// rustc says it at the value.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        if text.is_empty() {
            return 3;
        }
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
