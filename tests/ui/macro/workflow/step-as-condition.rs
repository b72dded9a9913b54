// A step decides an `if` where it stands.
// A step decides a named value, nothing else.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        if transform("Is it good?", &first) == "yes" {
            return first;
        }
        String::new()
    }
);

fn main() {}
