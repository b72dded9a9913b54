// The prompt names a step with a slip of the pen.
// A hole must name an input, a step or a `let` that stands above it.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let issue = extract::<Issue>("The problem", text);
        let answer = transform("Answer it", "About {isue.name}");
        answer
    }
);

fn main() {}
