// The workflow calls no verb.
// It could be a plain function.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        text.to_owned()
    }
);

fn main() {}
