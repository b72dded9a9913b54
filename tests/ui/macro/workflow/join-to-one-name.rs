// A `join` is bound to one name.
// Each step has a name.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let both = join(
            transform("Name the tone", text),
            transform("Name the length", text),
        );
        format!("{} {}", both.0, both.1)
    }
);

fn main() {}
