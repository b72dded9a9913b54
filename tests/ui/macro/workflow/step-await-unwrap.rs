// A step is awaited and its result unwrapped.
// That is one mistake: the workflow awaits its steps, and a failed one ends it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text).await.unwrap();
        answer
    }
);

fn main() {}
