// A blank text among the examples of a label.
// It would teach the model nothing.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    #[classify(examples("You have won", " "))]
    Spam,
    Other,
}

fn main() {}
