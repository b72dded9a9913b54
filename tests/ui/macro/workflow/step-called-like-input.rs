// A step shadows an input.
// Both are names in the graph, so shadowing is not enough.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let text = transform("Shorten it", text);
        let answer = transform("Answer", "{text}");
        answer
    }
);

fn main() {}
