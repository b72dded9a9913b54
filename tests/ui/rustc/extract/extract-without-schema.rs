// `Extract` without `JsonSchema`.
// The error names the derive that is missing, at the type.
use zyn::prelude::*;

#[derive(Deserialize, Extract)]
struct Customer {
    name: String,
}

fn main() {}
