// A step's answer is taken apart where it is asked for.
// A step has one name, so the pattern comes on the next line.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let Issue { name } = extract::<Issue>("The problem", text);
        name
    }
);

fn main() {}
