// What `run` takes is not a call.
// The graph needs the name of the workflow.
use zyn::prelude::*;

workflow!(
    async fn inner(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

workflow!(
    pub async fn reply(text: &str) -> String {
        let other = inner(text);
        let answer = run(other);
        answer
    }
);

fn main() {}
