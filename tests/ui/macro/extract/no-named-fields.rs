// A struct with braces and nothing in them.
// There is nothing to ask a model for.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Ping {}

fn main() {}
