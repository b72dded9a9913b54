// A step stands in a macro's arguments.
// A macro's tokens are its own, so no step can be seen there.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        format!("{first} {}", transform("Sum up", text))
    }
);

fn main() {}
