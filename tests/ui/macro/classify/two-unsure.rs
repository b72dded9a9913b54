// Two labels for a text that fits none.
// Only one can be the answer then.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    #[classify(unsure)]
    Other,
    #[classify(unsure)]
    Unknown,
}

fn main() {}
