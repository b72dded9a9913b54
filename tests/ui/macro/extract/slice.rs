// A slice as a field.
// A slice borrows, or has no size; a vector is the list that an answer can be.
use zyn::prelude::*;

#[derive(Extract)]
struct Order {
    items: [String],
}

fn main() {}
