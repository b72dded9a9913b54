// Types with the names of the prelude's beside the labels, and zyn under another name.
#![allow(dead_code, unused_imports)]

extern crate zyn as pipelines;

mod zyn {}

mod shadows {
    pub struct Option;
    pub struct Result;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Box;
    pub struct Vec;
    pub struct String;
    pub struct Send;
}

use pipelines::Classify;
use shadows::*;

#[derive(Classify)]
#[classify(crate = pipelines)]
enum Mood {
    /// All is well.
    #[classify(examples("Fine, thanks"))]
    Good,
    #[classify(unsure)]
    Bad,
}

fn main() {
    assert_eq!(Mood::LABELS.len(), 2);
    assert!(matches!(
        Mood::from_label("Bad"),
        std::option::Option::Some(Mood::Bad)
    ));
}
