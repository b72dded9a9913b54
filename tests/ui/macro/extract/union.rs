// A union to be extracted (serde and schemars do not take it either, so they are not derived here).
// Nothing in an answer says which of the fields holds.
use zyn::prelude::*;

#[derive(Extract)]
union Amount {
    cents: u64,
    euros: f64,
}

fn main() {}
