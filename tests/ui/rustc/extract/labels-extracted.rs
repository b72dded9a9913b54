// A set of labels where `Extract` is asked for.
// The note names the verb that picks a label.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {
    Low,
    High,
}

fn main() {
    zyn::extract::<Urgency>("How urgent?");
}
