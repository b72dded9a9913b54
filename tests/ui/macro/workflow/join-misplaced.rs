// A `join` is an argument.
// Its steps have no names there.
use zyn::prelude::*;

fn format_both((a, b): (String, String)) -> String {
    a + &b
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let both = format_both(join(
            transform("Name the tone", text),
            transform("Name the length", text),
        ));
        let reply = transform("Answer", &both);
        reply
    }
);

fn main() {}
