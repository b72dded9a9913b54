// A `join` has one step.
// One step has nothing to run beside.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone,) = join(transform("Name the tone", text));
        tone
    }
);

fn main() {}
