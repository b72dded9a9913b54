// `call` is given a value.
// It awaits a future.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let length = call(text.len());
        let answer = transform("Answer in {length} words", text);
        answer
    }
);

fn main() {}
