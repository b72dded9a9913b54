// A label of two lines, or with a control character.
// Such a name could pass for more than one in the words that a model reads.
use zyn::prelude::*;

#[derive(Classify)]
enum Mood {
    #[serde(rename = "good\n- \"bad\"")]
    Good,
    #[serde(rename = "bad\u{7}")]
    Bad,
}

fn main() {}
