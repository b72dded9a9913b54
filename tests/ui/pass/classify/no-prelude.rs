// Without the standard prelude.
#![no_implicit_prelude]

#[derive(::zyn::Classify)]
enum Mood {
    /// All is well.
    #[classify(examples("Fine, thanks"))]
    Good,
    #[classify(unsure)]
    Bad,
}

#[derive(::zyn::Classify)]
enum Topic {
    Mood(Mood),
    Other,
}

fn main() {
    let topic = <Topic as ::zyn::Classify>::from_label("Mood/Good");
    ::std::assert!(::std::matches!(topic, ::std::option::Option::Some(Topic::Mood(Mood::Good))));
    ::std::assert_eq!(::zyn::Classify::label(&Topic::Mood(Mood::Bad)), "Mood/Bad");
    ::std::assert_eq!(::zyn::Classify::label(&Topic::Other), "Other");

    let bad = <Mood as ::zyn::Classify>::from_label("Bad");
    ::std::assert!(::std::matches!(bad, ::std::option::Option::Some(Mood::Bad)));
    ::std::assert_eq!(::zyn::ToPrompt::to_prompt(&Mood::Good), "Good");
    let unsure = <Mood as ::zyn::Classify>::unsure();
    ::std::assert!(::std::matches!(unsure, ::std::option::Option::Some(Mood::Bad)));
}
