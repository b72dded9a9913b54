// A prompt names a step of a loop that has ended.
// The step may not have run.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        for _round in 0..2 {
            let critique = transform("Criticise it", &draft);
            draft = transform("Answer {critique}", &draft);
        }
        let last = transform("Look back at {critique}", &draft);
        last
    }
);

fn main() {}
