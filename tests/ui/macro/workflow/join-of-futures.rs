// Steps are run at once by a macro for futures.
// A step is no future: zyn has a `join` of its own.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = tokio::join!(
            transform("Name the tone", text),
            transform("Name the length", text),
        );
        let answer = transform("Answer {tone} {length}", text);
        answer
    }
);

fn main() {}
