// Two variants with one name in JSON, by `rename_all`.
// Only the first could ever be read.
#![allow(unreachable_patterns)]
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[serde(rename_all = "lowercase")]
enum Contact {
    Mail { address: String },
    MAIL { street: String },
}

fn main() {}
