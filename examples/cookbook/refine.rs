//! Writes a text, criticises it and rewrites it, until it is good or three rounds are over.
//!
//! ```text
//! cargo run -p examples --bin refine -- "An invitation to the summer party"
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

workflow!(
    /// Write, criticise and rewrite until it is good or the rounds run out.
    async fn write(brief: &str, rounds: usize) -> String {
        let mut draft = transform("Write a first draft", brief);
        for _round in 0..rounds {
            let good = binary("Is this draft ready to be sent?", &draft);
            if good {
                break;
            }
            let critique = transform("Criticise this draft", &draft) else {
                break;
            };
            draft = transform(
                "Rewrite the draft, answering the critique",
                "Draft: {draft}\n\nCritique: {critique}",
            );
        }
        draft
    }
);

const BRIEF: &str = "An invitation to our summer party on 3 July, for colleagues and their families. Five sentences.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(write::graph(), BRIEF, async |llm, brief| {
        let text = write(brief, 3).run(llm, &mut Session::new()).await?;
        println!("{text}");
        Ok(())
    })
    .await
}
