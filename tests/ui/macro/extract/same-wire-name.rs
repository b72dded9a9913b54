// Two fields with one name in JSON, by `rename`.
// Only one of them could ever be filled in.
#![allow(unreachable_patterns)]
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Article {
    name: String,
    #[serde(rename = "name")]
    title: String,
}

fn main() {}
