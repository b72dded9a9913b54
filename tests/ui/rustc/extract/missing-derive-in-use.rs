// `Extract` without `JsonSchema`, and the type in use.
// One error: the uses do not repeat it.
use zyn::prelude::*;

#[derive(Deserialize, Extract)]
struct Customer {
    name: String,
}

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Customer>();
    extracted::<Option<Vec<Box<i32>>>>();
}
