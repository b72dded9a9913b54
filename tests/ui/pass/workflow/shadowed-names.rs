// The user's own `Ok`, `Box`, `Result`, `String` and `Option` do not reach into the expansion.
#![allow(dead_code)]
use zyn::prelude::*;

struct Ok;
struct Err;
struct Some;
struct None;
struct Box;
struct Result;
struct Option;
struct Vec;

workflow!(
    /// Names are absolute.
    pub async fn reply(text: &str) -> std::string::String {
        let answer = transform("Answer {text}");
        answer
    }
);

fn main() {
    assert_eq!(reply::graph().name, "reply");
}
