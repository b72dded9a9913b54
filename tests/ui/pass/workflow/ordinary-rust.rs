// Closures, loops, async blocks, macros and `else` without steps are ordinary Rust; so are functions called like verbs, by path.
#![deny(warnings)]
use zyn::prelude::*;

mod other {
    pub fn transform(text: &str) -> String {
        text.to_owned()
    }
}

workflow!(
    /// Nothing here is a step but the one.
    pub async fn reply(text: &str) -> String {
        let mut words = Vec::new();
        for word in text.split(' ') {
            words.push(word.len());
        }
        let longest = words.iter().map(|len| len + 1).max().unwrap_or_default();
        let Some(first) = text.chars().next() else {
            return format!("{} {text}", other::transform("nothing"));
        };
        let later = async { first }.await;
        let answer = transform("Answer about {longest} and {later}", text);
        while words.len() > 3 {
            words.pop();
        }
        answer
    }
);

fn main() {
    assert_eq!(reply::graph().steps[0].reads, ["text"]);
}
