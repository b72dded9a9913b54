// Two variants with one label.
// The second could never be answered.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    #[serde(rename = "Spam")]
    Junk,
}

fn main() {}
