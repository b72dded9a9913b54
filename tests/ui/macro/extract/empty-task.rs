// An instruction of blanks.
// The model would be asked for nothing.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(task = " ")]
struct Customer {
    name: String,
}

fn main() {}
