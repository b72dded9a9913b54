// A step of a `join` has another type than its use.
// The type of each is known.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let (urgent, length) = join(binary("Is it urgent?", text), transform("How long?", text));
        let both: String = urgent;
        let answer = transform("{length}", &both);
        answer
    }
);

fn main() {}
