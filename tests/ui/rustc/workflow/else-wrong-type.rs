// An `else` gives a value of another type.
// It stands for the step's.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text) else { 5 };
        answer
    }
);

fn main() {}
