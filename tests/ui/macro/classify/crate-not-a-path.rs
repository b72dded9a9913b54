// The name of a crate as a string.
// `crate` takes a path, which an editor can follow.
use zyn::prelude::*;

#[derive(Classify)]
#[classify(crate = "zyn")]
enum Folder {
    Spam,
    Other,
}

fn main() {}
