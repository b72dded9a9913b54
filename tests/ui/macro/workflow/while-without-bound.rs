// A step stands in a `while` loop.
// Nothing bounds what it spends.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        while draft.len() > 100 {
            draft = transform("Shorten it", &draft);
        }
        draft
    }
);

fn main() {}
