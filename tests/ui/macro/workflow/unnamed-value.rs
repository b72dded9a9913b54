// The workflow returns `impl Trait`.
// A run is a type with a name, and the value's type is a part of it.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> impl std::fmt::Display {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
