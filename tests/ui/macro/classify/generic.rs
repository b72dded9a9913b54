// A set of labels with a type parameter.
// Labels are known where the enum is written.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder<T> {
    Spam,
    Inbox,
}

fn main() {}
