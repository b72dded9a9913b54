// An option is written with a slip of the pen.
// Options are methods, so rustc offers the right one.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text).retries(2);
        answer
    }
);

fn main() {}
