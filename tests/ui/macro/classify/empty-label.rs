// A label without text.
// A model cannot answer with nothing.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    Spam,
    #[serde(rename = "")]
    Inbox,
}

fn main() {}
