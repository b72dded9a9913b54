// A step is awaited, as a future would be.
// The workflow awaits its steps.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text).await;
        answer
    }
);

fn main() {}
