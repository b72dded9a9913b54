// `classify` is asked for a type that has no labels.
// The trait explains itself at the type.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let kind = classify::<Issue>("Which kind?", text);
        kind.name
    }
);

fn main() {}
