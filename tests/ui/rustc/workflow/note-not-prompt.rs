// A note says what cannot be written into a prompt.
// It has no text.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        user(std::time::Duration::from_secs(1));
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
