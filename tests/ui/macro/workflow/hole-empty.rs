// The prompt has a hole without a name, as `format!` would take.
// Prompts have no positional arguments.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", "About {} {text}");
        answer
    }
);

fn main() {}
