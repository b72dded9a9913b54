// A step is followed by `?`, as a call would be.
// A failed step ends the workflow by itself.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text)?;
        answer
    }
);

fn main() {}
