// A unit struct, used where `Extract` is asked for.
// Exactly one error: the impls stand beside it, so nothing is "not implemented".
use zyn::prelude::*;

#[derive(Deserialize, JsonSchema, Extract)]
struct Ping;

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Vec<Ping>>();
}
