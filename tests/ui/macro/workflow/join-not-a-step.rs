// A branch of `join` is ordinary Rust.
// `join` runs steps.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = join(transform("Name the tone", text), text.len());
        format!("{tone} {length}")
    }
);

fn main() {}
