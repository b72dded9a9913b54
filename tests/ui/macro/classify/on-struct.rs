// `Classify` on a struct.
// Labels are the variants of an enum.
use zyn::prelude::*;

#[derive(Classify)]
struct Urgency {
    level: u8,
}

fn main() {}
