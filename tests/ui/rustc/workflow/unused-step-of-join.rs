// A name of a `join` and of a `for` loop is not used.
// The compiler says so, as of every name.
#![deny(unused)]

use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, length) = join(transform("Tone?", text), transform("Length?", text));
        for round in 0..2 {
            let better = transform("Improve it", text);
        }
        tone
    }
);

fn main() {}
