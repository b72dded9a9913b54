// A struct without fields.
// There is nothing to ask a model for.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Ping;

fn main() {}
