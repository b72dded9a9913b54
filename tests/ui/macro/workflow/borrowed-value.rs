// The workflow returns a reference.
// Its value must outlive the run.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> &str {
        let _answer = transform("Answer", text);
        text
    }
);

fn main() {}
