// Two instructions.
// Only one could be sent.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(task = "The customer")]
#[extract(task = "The client")]
struct Customer {
    name: String,
}

fn main() {}
