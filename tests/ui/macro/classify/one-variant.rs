// An enum with one variant.
// The answer is known before the question.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {
    High,
}

fn main() {}
