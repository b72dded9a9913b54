// A field of a step's answer stands in a macro call.
// The step has no name.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        format!("{answer} {}", extract::<Issue>("The problem", text).name)
    }
);

fn main() {}
