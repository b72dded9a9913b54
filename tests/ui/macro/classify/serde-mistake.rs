// A slip in a serde attribute, on labels that derive nothing of serde's.
// Nobody else would say so, and the label would keep the wrong name.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    #[serde(renam = "spam")]
    Spam,
    Inbox,
}

fn main() {}
