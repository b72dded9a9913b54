// `Classify` on a union.
// Labels are the variants of an enum.
use zyn::prelude::*;

#[derive(Classify)]
union Urgency {
    level: u8,
}

fn main() {}
