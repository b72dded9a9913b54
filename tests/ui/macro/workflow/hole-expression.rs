// The prompt computes in a hole.
// A hole takes a name and its fields; what is computed is bound first.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", "{text + 1}");
        answer
    }
);

fn main() {}
