// A field of a type that is not there.
// The compiler says so, and once, though the partial has the field too.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    name: Nowhere,
}

fn main() {}
