// `Extract` without `Deserialize`.
// The error names the derive that is missing, at the type.
use zyn::prelude::*;

#[derive(JsonSchema, Extract)]
struct Customer {
    name: String,
}

fn main() {}
