// A step stands in a closure.
// The workflow could not know how often it runs.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let first = transform("Answer", text);
        let more: Vec<String> = first.lines().map(|l| transform("Improve it", l)).collect();
        more.join(" ")
    }
);

fn main() {}
