// A set of labels with a type parameter, which nothing can use.
// The compiler says so; zyn does not say it again.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder<T> {
    Spam,
    Inbox,
}

fn main() {}
