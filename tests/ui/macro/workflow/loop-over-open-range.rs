// The range of a loop with a step in it has no end.
// Nothing bounds what it spends.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        for _round in 0.. {
            draft = transform("Shorten it", &draft);
        }
        draft
    }
);

fn main() {}
