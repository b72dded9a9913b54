// A workflow is awaited and was not given a model.
// It is a `Run`, and becomes a future with `.run(&llm)`.
use zyn::prelude::*;

workflow!(
    pub async fn reply(text: &str) -> String {
        let answer = transform("Answer", text);
        answer
    }
);

async fn answer() -> Result<String, zyn::Error> {
    reply("Where is my parcel?").await
}

fn main() {}
