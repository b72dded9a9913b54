// An instruction that is not a string literal.
// It is a constant of the type.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(task)]
struct Customer {
    name: String,
}

fn main() {}
