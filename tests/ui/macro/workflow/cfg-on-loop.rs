// `#[cfg]` stands on a loop with a step in it and on a note.
// The graph would be another one without them.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        #[cfg(test)]
        for _round in 0..2 {
            draft = transform("Shorten it", &draft);
        }
        #[cfg(test)]
        user("Thank you");
        draft
    }
);

fn main() {}
