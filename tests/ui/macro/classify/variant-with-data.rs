// Variants with fields, without names and with (two mistakes).
// A label is chosen, not filled in; what is filled in is an `Extract` type.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {
    Low,
    Medium(u8, Option<String>),
    High { since: u64, by: String },
}

fn main() {}
