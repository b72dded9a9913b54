// The label for what fits none is one that serde skips.
// It is not offered, so neither the model nor a run can give it.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    Inbox,
    #[serde(skip)]
    #[classify(unsure)]
    Other,
}

fn main() {}
