// Steps one after another, with holes in instruction and input, doubled braces, raw names and tuple fields.
#![deny(warnings)]
use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Issue {
    name: String,
}

workflow!(
    /// Every kind of hole.
    pub async fn reply(text: &str, pair: (String, u8), r#type: String) -> String {
        let issue = extract::<Issue>("The problem in {{braces}}", text);
        let line = format!("{} of {}", issue.name, pair.1);
        let answer = transform("Answer about {issue.name}", "{line} {pair.0} {r#type}");
        answer
    }
);

fn main() {
    assert_eq!(reply::graph().steps[1].reads, ["pair", "type", "issue"]);
}
