// A note says nothing, and another one has two texts.
// A note says one thing.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        system(" ");
        user("Hello", text);
        let reply = transform("Answer", text);
        reply
    }
);

fn main() {}
