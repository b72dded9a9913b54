// A step stands in a struct expression.
// A step decides a named value, nothing else.
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    pub async fn reply(text: &str) -> Issue {
        let first = transform("Answer", text);
        Issue {
            name: transform("Name it", &first),
        }
    }
);

fn main() {}
