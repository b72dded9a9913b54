// Examples after `=`, a number among them, none at all (three mistakes).
// Examples are string literals in parentheses.
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    #[classify(examples = "You have won")]
    Spam,
    #[classify(examples("Minutes of the meeting", 7))]
    Inbox,
    #[classify(examples())]
    Other,
}

fn main() {}
