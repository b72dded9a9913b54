// Four workflows, each with one mistake in its signature: four errors.
// A workflow is an `async fn` with named inputs that says what it returns.
use zyn::prelude::*;

workflow!(
    pub fn not_async(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }

    pub async fn no_return_type(text: &str) {
        let answer = transform("Answer", text);
    }

    pub async fn self_receiver(&self, text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }

    pub async fn destructured_input((text, more): (&str, &str)) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

fn main() {}
