// A `match` of steps has an `else`.
// Which of them failed is not said.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let reply = (if text.is_empty() {
            transform("Greet {text}")
        } else {
            transform("Answer", text)
        }) else {
            return String::new();
        };
        reply
    }
);

fn main() {}
