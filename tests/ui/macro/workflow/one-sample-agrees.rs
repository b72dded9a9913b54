// One sample agrees with itself, which says nothing.
// `agreement` takes at least 2 samples.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let urgent = binary("Is it urgent?", text).agreement(1);
        format!("{urgent}")
    }
);

fn main() {}
