// A step is bound to the name of an arm, and the workflow that it runs has a step of the arm's name.
// Both would be called `then/text` in traces and records.
use zyn::prelude::*;

workflow!(
    pub async fn inner(mail: &str) -> String {
        let text = transform("Answer", mail);
        text
    }

    pub async fn outer(mail: &str) -> String {
        let then = run(inner(mail));
        let answer = if then.is_empty() {
            let text = transform("Answer better", mail);
            text
        } else {
            then
        };
        answer
    }
);

fn main() {}
