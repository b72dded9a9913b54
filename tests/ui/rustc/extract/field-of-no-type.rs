// A field of a type that is not there: said once, though the partial has the field too.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Customer {
    name: Nowhere,
}

fn main() {}
