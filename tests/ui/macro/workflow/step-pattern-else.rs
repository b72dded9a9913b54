// A step's answer is taken apart by a pattern that may not match, with an `else`.
// The `else` of a step is for its failure, so the pattern comes on the next line.
use zyn::prelude::*;

async fn find(text: &str) -> Option<usize> {
    text.find('a')
}

workflow!(
    pub async fn reply(text: &str) -> String {
        let Some(name) = extract::<Option<String>>("The customer", text) else {
            return String::new();
        };
        let Some(found) = call(find(text)) else {
            return String::new();
        };
        let (Some(first), second) = join(
            extract::<Option<String>>("The first name", text),
            transform("Name the tone", text),
        ) else {
            return String::new();
        };
        format!("{name} {found} {first} {second}")
    }
);

fn main() {}
