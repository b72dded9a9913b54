// A step of a `join` is taken apart where it is bound.
// A step has one name.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (tone, (first, second)) =
            join(transform("Name the tone", text), call(async { (1, 2) }));
        format!("{tone} {first} {second}")
    }
);

fn main() {}
