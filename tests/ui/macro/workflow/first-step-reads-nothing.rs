// The first step has no input.
// There is no conversation yet that it could read.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer");
        format!("{text}{answer}")
    }
);

fn main() {}
