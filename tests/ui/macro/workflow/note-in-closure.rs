// A note stands in a closure.
// The graph could not show when it is said.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let reply = transform("Answer", text);
        let say = || {
            user("Hello");
        };
        say();
        reply
    }
);

fn main() {}
