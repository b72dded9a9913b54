// A value that stays on its thread lives across a step.
// A run may move between threads while it waits; the note shows the value and the step.
use std::rc::Rc;

use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let count = Rc::new(text.len());
        let answer = transform("Answer in {text} words", text);
        format!("{answer} {count}")
    }
);

fn main() {}
