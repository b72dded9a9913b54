// A step stands as a statement.
// Every step needs a name, for traces and for resumed runs.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        transform("Answer", text);
        let answer = transform("Improve it");
        answer
    }
);

fn main() {}
