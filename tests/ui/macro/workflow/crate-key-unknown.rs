// The attribute for a renamed crate has another key.
// There is one only.
use zyn::prelude::*;

workflow!(
    #[zyn(path = zyn)]
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
