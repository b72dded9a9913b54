// A `compact` is a branch of `join`.
// What the steps beside it read cannot be rewritten meanwhile.
use zyn::Window;
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        let (sum, tone) = join(
            compact("Sum up so far", Window::last_turns(1)),
            transform("Name the tone", &first),
        );
        format!("{sum} {tone}")
    }
);

fn main() {}
