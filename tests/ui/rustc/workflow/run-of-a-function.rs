// `run` is given a call of an ordinary function.
// Only a workflow has steps.
use zyn::prelude::*;

fn shout(text: &str) -> String {
    text.to_uppercase()
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = run(shout(text));
        answer
    }
);

fn main() {}
