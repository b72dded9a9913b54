// A workflow runs itself.
// Nothing would bound it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let shorter = transform("Shorten it", text);
        let answer = run(reply(&shorter));
        answer
    }
);

fn main() {}
