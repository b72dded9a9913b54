// `compact` does not say what stays.
// Without it there is nothing to sum up.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        let summary = compact("Sum up so far");
        format!("{answer} {summary}")
    }
);

fn main() {}
