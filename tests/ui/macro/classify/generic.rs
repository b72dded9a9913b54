// A set of labels with a constant parameter (a type that no field uses is the compiler's to refuse).
// Labels are known where the enum is written.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder<const N: usize> {
    Spam,
    Inbox,
}

fn main() {}
