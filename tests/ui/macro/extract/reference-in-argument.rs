// A static reference, a slice by reference and a reference to a struct, each inside another type (three mistakes).
// The answer they would borrow from is gone once it is read.
use zyn::prelude::*;

#[derive(Extract)]
struct Customer {
    names: Vec<&'static str>,
    tags: Option<&'static [String]>,
    best: Box<(u8, &'static mut Vec<u8>)>,
}

fn main() {}
