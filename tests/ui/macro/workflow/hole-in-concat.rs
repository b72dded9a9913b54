// The prompt is put together with `concat!`, and has a hole.
// A hole is read in a literal only; the model would see it as it is written.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", concat!("About ", "{text}"));
        format!("{text}{answer}")
    }
);

fn main() {}
