// A workflow may be declared in a function body, and its run is `Send`.
#![deny(warnings)]
use zyn::prelude::*;

fn main() {
    workflow!(
        async fn reply(text: &str) -> String {
            let answer = transform("Answer", text);
            answer
        }
    );

    fn send<T: Send>(_: T) {}
    send(reply("text"));
    assert_eq!(reply::graph().steps.len(), 1);
}
