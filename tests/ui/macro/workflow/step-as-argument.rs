// A step stands as an argument of a function.
// A step decides a named value, nothing else.
use zyn::prelude::*;

fn shorten(_: String, b: String) -> String {
    b
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        shorten(first, transform("Sum up", text))
    }
);

fn main() {}
