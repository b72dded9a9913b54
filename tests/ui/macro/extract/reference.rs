// A field that borrows.
// The answer it would borrow from is gone once it is read.
use zyn::prelude::*;

#[derive(Extract)]
struct Customer<'a> {
    name: &'a str,
}

fn main() {}
