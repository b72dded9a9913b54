// `rank`, `analyze` and `convert` have nothing to work on.
// They cannot read the conversation.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        let order = rank::<String>("Which is best?");
        let analysis = analyze::<u32>("What does it say?");
        format!("{answer} {order:?} {analysis:?}")
    }
);

fn main() {}
