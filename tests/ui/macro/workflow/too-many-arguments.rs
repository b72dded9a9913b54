// A step is given two inputs.
// Several inputs are written in one prompt.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str, more: &str) -> String {
        let answer = transform("Answer", text, more);
        answer
    }
);

fn main() {}
