// A step stands as an operand.
// A step decides a named value, nothing else.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        first + &transform("Sum up", text)
    }
);

fn main() {}
