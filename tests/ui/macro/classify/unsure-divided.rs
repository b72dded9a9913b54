// The label for a text that fits none, divided into others.
// A text that fits none fits none of those either.
use zyn::prelude::*;

#[derive(Classify)]
enum Billing {
    Refund,
    Invoice,
}

#[derive(Classify)]
enum Topic {
    Outage,
    #[classify(unsure)]
    Other(Billing),
}

fn main() {}
