// Doc comments, examples, and the label for what fits none.
use zyn::prelude::*;

/// A folder.
#[derive(Debug, PartialEq, Classify)]
enum Folder {
    /// Advertising,
    /// and worse.
    ///
    /// Not newsletters.
    #[classify(examples("You have won", "Cheap watches",))]
    Spam,
    Inbox = 7,
    #[classify(unsure)]
    Other,
}

#[derive(Classify)]
enum Sure {
    Yes,
    No,
}

fn main() {
    let [spam, inbox, other] = Folder::LABELS else {
        panic!("three labels");
    };
    assert_eq!(
        spam.about,
        Some("Advertising, and worse.\nNot newsletters.")
    );
    assert_eq!(spam.examples, ["You have won", "Cheap watches"]);
    assert_eq!((inbox.about, inbox.examples), (None, &[][..]));
    assert_eq!(other.name, "Other");
    assert_eq!(Folder::unsure(), Some(Folder::Other));
    assert!(Sure::unsure().is_none());
    assert_eq!(
        Sure::from_label(&Sure::No.label()).map(|it| it.label()),
        Some("No".into())
    );
    assert_eq!(Sure::Yes.label(), "Yes");
}
