// A set of labels with a type parameter and a field of that type (two mistakes).
// Labels are known where the enum is written, and carry no data.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder<T> {
    Spam(T, T),
    Inbox,
}

fn main() {}
