// The input is blank.
// There is nothing in it to work on.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mood = transform("Name the mood", text);
        let answer = transform("Answer", "");
        format!("{mood}{answer}")
    }
);

fn main() {}
