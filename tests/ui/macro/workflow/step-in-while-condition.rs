// A step is the condition of a `while`.
// Nothing bounds what it spends.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        while binary("Is it late?", text) {}
        answer
    }
);

fn main() {}
