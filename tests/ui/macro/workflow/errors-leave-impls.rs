// A type with a bad `#[extract(…)]` is used in a workflow.
// Only the attribute is reported: the type is there for the workflow.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
#[extract(taks = "The problem")]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let issue = extract::<Issue>("The problem", text);
        let answer = transform("Answer", "{issue.name}");
        answer
    }
);

fn main() {}
