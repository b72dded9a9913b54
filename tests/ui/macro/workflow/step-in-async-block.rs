// A step stands in an `async` block.
// The workflow could not know when it runs.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        let second = async { transform("Improve it", &first) };
        second.await
    }
);

fn main() {}
