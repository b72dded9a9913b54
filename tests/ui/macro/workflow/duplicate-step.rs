// Two steps have the same name.
// A step's name is its identity, so shadowing is not enough.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        let answer = transform("Improve it", &answer);
        answer
    }
);

fn main() {}
