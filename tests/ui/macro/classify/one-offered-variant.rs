// Two variants, of which serde skips one.
// The answer is known before the question.
use zyn::prelude::*;

#[derive(Classify)]
enum Urgency {
    High,
    #[serde(skip)]
    Unset,
}

fn main() {}
