// A value behind `unsure`, in both forms.
// The mark says all there is to say.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    #[classify(unsure = true)]
    Other,
}

#[derive(Classify)]
enum Mood {
    Good,
    #[classify(unsure(0.5))]
    Bad,
}

fn main() {}
