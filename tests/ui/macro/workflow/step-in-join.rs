// Steps stand in `join`.
// A workflow's steps run one after another.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (first, second) = join(transform("Answer", text), transform("Sum up", text));
        let both = transform("Put together", "{first} {second}");
        both
    }
);

fn main() {}
