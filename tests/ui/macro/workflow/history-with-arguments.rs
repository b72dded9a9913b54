// `history` is asked for something.
// It is the whole conversation.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let reply = transform("Answer", text);
        let length = history(4).len();
        format!("{reply} {length}")
    }
);

fn main() {}
