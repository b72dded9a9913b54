// A plain struct where `Extract` is asked for.
// The error names the derives, at the type that was asked for.
use zyn::prelude::*;

struct Plain {
    name: String,
}

fn extracted<T: Extract>() -> Option<T> {
    None
}

fn main() {
    extracted::<Plain>();
}
