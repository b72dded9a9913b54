// Steps stand in a `loop`.
// Nothing bounds what it spends.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mut draft = transform("Answer", text);
        loop {
            let better = transform("Improve it", &draft);
            draft = transform("Shorten it", &better);
            if draft.len() < 100 {
                break;
            }
        }
        draft
    }
);

fn main() {}
