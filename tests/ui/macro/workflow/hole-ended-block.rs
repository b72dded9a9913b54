// The prompt names a step of an arm that has ended.
// Its answer is out of scope, and the step may not have run.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        if text.len() > 9 {
            let short = transform("Sum up", text);
            drop(short);
        }
        let answer = transform("Answer", "{short}");
        answer
    }
);

fn main() {}
