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

fn main() {
    let bad = <Mood as ::zyn::Classify>::from_label("Bad");
    ::std::assert!(::std::matches!(bad, ::std::option::Option::Some(Mood::Bad)));
    ::std::assert_eq!(::zyn::ToPrompt::to_prompt(&Mood::Good), "Good");
}
