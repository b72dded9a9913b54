// The prompt names a field that the answer does not have.
// rustc knows the type, so rustc says it, at the prompt.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let issue = extract::<Issue>("The problem", text);
        let answer = transform("Answer it", "About {issue.nam}");
        answer
    }
);

fn main() {}
