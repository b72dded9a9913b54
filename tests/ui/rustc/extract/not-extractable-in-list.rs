// A list of a plain struct where `Extract` is asked for.
// The error names the item's type.
use zyn::prelude::*;

struct Plain {
    name: String,
}

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Vec<Plain>>();
}
