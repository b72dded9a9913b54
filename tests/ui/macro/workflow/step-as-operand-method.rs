// The length of a step's answer is taken where the step stands.
// A step decides a named value, nothing else; `retry` is its own, `len` its answer's.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        let length = 1 + transform("Answer again", text).retry(1).len();
        format!("{answer} {length}")
    }
);

fn main() {}
