// The prompt closes a hole that was not opened.
// A literal brace is written twice.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", "About text} {text}");
        answer
    }
);

fn main() {}
