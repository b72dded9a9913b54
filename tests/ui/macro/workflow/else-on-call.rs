// A `call` has an `else`.
// What a future gives is not a step that failed.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let length = call(async { text.len() }) else {
            return String::new();
        };
        let reply = transform("Answer in {length} characters", text);
        reply
    }
);

fn main() {}
