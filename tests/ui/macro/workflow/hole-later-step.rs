// The prompt reads a step that runs further down.
// Steps run in the order of the text, so its answer is not there yet.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let draft = transform("Improve it", "{reply}");
        let reply = transform("Answer", text);
        format!("{draft}{reply}")
    }
);

fn main() {}
