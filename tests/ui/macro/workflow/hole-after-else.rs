// A prompt names a step of an `else` that has ended.
// The step may not have run.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text) else {
            let second = transform("Answer in short", text);
            return second;
        };
        let last = transform("Compare with {second}", &answer);
        last
    }
);

fn main() {}
