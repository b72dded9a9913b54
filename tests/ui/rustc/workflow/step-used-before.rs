// A step's answer is used above the step.
// Steps are `let`s, so rustc knows.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", &issue.name);
        let issue = extract::<Issue>("The problem", text);
        format!("{answer} {}", issue.name)
    }
);

fn main() {}
