// Examples on the type instead of a variant.
// An example belongs to the label that it has.
use zyn::prelude::*;

#[derive(Classify)]
#[classify(examples("You have won"))]
enum Folder {
    Spam,
    Inbox,
}

fn main() {}
