// A version is nothing that counts from 1.
// A journal compares it.
use zyn::prelude::*;

workflow!(
    #[zyn(version = 0)]
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
