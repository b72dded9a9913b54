// An enum with a bad key, used where labels are asked for, and in a prompt.
// Exactly one error: the impls stand beside it, so nothing is "not implemented".
use zyn::prelude::*;

#[derive(Classify)]
enum Folder {
    #[classify(unsur)]
    Spam,
    Inbox,
}

fn labels<T: Classify>(label: &T) -> String {
    label.label().into_owned()
}

fn main() {
    println!("{} {}", labels(&Folder::Inbox), Folder::Spam.to_prompt());
}
