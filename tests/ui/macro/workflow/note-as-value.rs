// A note is bound, returned at the end and passed on.
// A note has no value.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let note = user("Hello");
        let reply = transform("Answer", text);
        println!("{:?} {note:?}", system("Be brief"));
        reply
    }
);

fn main() {}
