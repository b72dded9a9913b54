// The prompt opens a hole and does not close it.
// A literal brace is written twice.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", "About {text");
        answer
    }
);

fn main() {}
