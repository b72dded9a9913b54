// Two steps of a loop have one name.
// They would be one to a resumed run.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        for _round in 0..2 {
            draft = transform("Shorten it", &draft);
            draft = transform("Polish it", &draft);
        }
        draft
    }
);

fn main() {}
