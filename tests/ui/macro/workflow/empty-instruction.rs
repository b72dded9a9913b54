// The instruction is blank.
// A model must be told what to do.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform(" ", text);
        answer
    }
);

fn main() {}
