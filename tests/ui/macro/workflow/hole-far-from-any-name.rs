// The prompt names what is like no name there.
// The names that it could mean are listed.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let mood = transform("Name the mood", text);
        let answer = transform("Answer", "{customer.name} {mood}");
        answer
    }
);

fn main() {}
