// Named lifetimes, two references of different life, a mutable vector of references, values.
#![deny(warnings)]
use std::borrow::Cow;

use zyn::prelude::*;

workflow!(
    /// Borrows its inputs for as long as the run lives.
    pub async fn named<'a>(text: &'a str, more: &'a str) -> String {
        let answer = transform("Answer", "{text} {more}");
        answer
    }

    /// The names of the user's lifetimes are free.
    pub async fn free<'wf, 'in0>(text: &'wf str, more: &'in0 str, note: &str) -> String {
        let answer = transform("Answer", "{text} {more} {note}");
        answer
    }

    /// Two lives that have nothing to do with each other.
    pub async fn different(text: &str, seen: &mut Vec<&str>, note: Cow<'_, str>, n: u8) -> String {
        seen.clear();
        let answer = transform("Answer", "{text} {note} {n}");
        answer
    }
);

fn main() {
    let text = String::from("long");
    let mut seen = vec!["a"];
    {
        let short = String::from("short");
        let run = named(&text, &short);
        drop(run);
        let run = free(&text, &short, &text);
        drop(run);
        let run = different(&short, &mut seen, Cow::Borrowed(&text), 1);
        drop(run);
    }
    assert_eq!(seen, ["a"]);
}
