// A `join` of three steps is bound to two names.
// Each step has a name.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = join(
            transform("Name the tone", text),
            transform("Name the length", text),
            transform("Name the language", text),
        );
        format!("{tone} {length}")
    }
);

fn main() {}
