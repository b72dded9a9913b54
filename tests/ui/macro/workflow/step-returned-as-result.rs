// A step is returned from a workflow that returns a `Result`.
// It has no name.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> Result<String, zyn::Error> {
        let answer = transform("Answer", text);
        if answer.is_empty() {
            return transform("Answer again", text);
        }
        Ok(answer)
    }
);

fn main() {}
