// A step is awaited and its result handled with `?`: two errors.
// The workflow does both.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text).await?;
        answer
    }
);

fn main() {}
