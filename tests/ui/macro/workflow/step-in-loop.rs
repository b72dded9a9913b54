// A step stands in a loop.
// A workflow's steps run once each.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        for _round in 0..3 {
            draft = transform("Improve it", &draft);
        }
        draft
    }
);

fn main() {}
