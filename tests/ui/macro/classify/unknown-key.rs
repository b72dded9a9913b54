// A key with a slip in it.
// The nearest key is named.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    #[classify(example("You have won"))]
    Spam,
    Inbox,
}

fn main() {}
