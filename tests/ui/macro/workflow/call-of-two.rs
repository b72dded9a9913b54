// `call` has two futures, and another one has none.
// A step is one future.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = call(async { 1 }, async { 2 });
        let answer = transform("Answer", text);
        format!("{answer} {first}")
    }
);

fn main() {}
