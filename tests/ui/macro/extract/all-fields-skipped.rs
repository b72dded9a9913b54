// A struct whose every field is skipped.
// There is nothing to ask a model for.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Ping {
    #[serde(skip)]
    seen: bool,
}

fn main() {}
