// A `join` is awaited, and has a `?`.
// It is a step in that: it is awaited for the user, and its failure ends the workflow.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = join(
            transform("Name the tone", text),
            transform("Name the length", text),
        )?;
        let (first, second) = join(
            transform("Answer {tone}", text),
            transform("Answer {length}", text),
        )
        .await;
        first + &second
    }
);

fn main() {}
