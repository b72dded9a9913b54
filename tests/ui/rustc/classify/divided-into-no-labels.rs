// A label that carries a number.
// One field without a name stands for the labels of its type, and a number is no set of labels.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {
    Low,
    High(u8),
}

fn main() {}
