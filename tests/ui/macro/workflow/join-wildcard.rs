// A step of a `join` has no name.
// A step is found by its name.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, _) = join(
            transform("Name the tone", text),
            transform("Name the length", text),
        );
        tone
    }
);

fn main() {}
