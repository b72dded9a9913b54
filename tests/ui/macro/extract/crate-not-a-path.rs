// The name of a crate as a string.
// `crate` takes a path, which an editor can follow.
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
#[extract(crate = "zyn")]
struct Customer {
    name: String,
}

fn main() {}
