// A key that resembles none.
// All keys are named.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(colour = "red")]
struct Customer {
    name: String,
}

fn main() {}
