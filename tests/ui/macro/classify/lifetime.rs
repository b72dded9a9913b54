// A set of labels with a lifetime.
// A label carries no data, so it has nothing to borrow.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder<'a> {
    Spam,
    Inbox,
}

fn main() {}
