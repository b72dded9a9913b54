// A key after `=`.
// Keys stand in parentheses.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract = "The customer"]
struct Customer {
    name: String,
}

fn main() {}
