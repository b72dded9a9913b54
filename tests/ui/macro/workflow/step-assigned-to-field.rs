// A step is assigned to a field.
// A step decides a value with a name.
use zyn::prelude::*;

#[derive(Default)]
pub struct Reply {
    text: String,
}

workflow!(
    pub async fn reply(text: &str) -> Reply {
        let mut reply = Reply::default();
        reply.text = transform("Answer", text);
        reply
    }
);

fn main() {}
