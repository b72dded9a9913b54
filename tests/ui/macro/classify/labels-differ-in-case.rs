// Two labels that differ only in case.
// A model reads meaning, not letters.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    #[serde(rename = "spam")]
    Junk,
}

fn main() {}
