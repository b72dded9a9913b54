// A loop goes over a number.
// It is no list and no range.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        for _round in 3 {
            draft = transform("Shorten it", &draft);
        }
        draft
    }
);

fn main() {}
