// A step in a `join` has a `?`.
// The `join` takes the steps, not what they give.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = join(
            transform("Name the tone", text)?,
            transform("Name the length", text),
        );
        format!("{tone} {length}")
    }
);

fn main() {}
