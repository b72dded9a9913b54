// A label with a slash beside one that is divided into others.
// Its name could be that of one within.
use zyn::prelude::*;

#[derive(Classify)]
enum Billing {
    Refund,
    Invoice,
}

#[derive(Classify)]
enum Topic {
    Billing(Billing),
    #[serde(rename = "Billing/Refund")]
    Refund,
}

fn main() {}
