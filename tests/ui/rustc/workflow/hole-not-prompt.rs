// The prompt reads a value that cannot be written as text.
// The type needs `ToPrompt`.
use zyn::prelude::*;

pub struct Plain;

workflow!(
    pub async fn reply(text: &str) -> String {
        let plain = Plain;
        let answer = transform("Answer it", "About {text} {plain}");
        answer
    }
);

fn main() {}
