// A step's answer and an input are never read: two errors under `deny(unused)`.
// Both are variables, so rustc's lint and its `_name` remedy hold.
#![deny(unused)]

use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str, tone: &str) -> String {
        let mood = transform("Name the mood", text);
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
