//! Reads a text three ways at the same time, then sums up.
//!
//! ```text
//! cargo run -p examples --bin analyse -- "The board of Acme met in Paris today …"
//! ```

use std::process::ExitCode;

use zyn::Sentiment;
use zyn::prelude::*;

#[derive(Debug, Serialize, Deserialize, JsonSchema, Extract)]
struct Topics {
    items: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Extract)]
struct Entities {
    people: Vec<String>,
    places: Vec<String>,
    firms: Vec<String>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Findings {
    tone: Sentiment,
    topics: Topics,
    entities: Entities,
    summary: String,
}

workflow!(
    /// Read a text three ways at once, then sum up.
    async fn analyse(text: &str) -> Findings {
        let (tone, topics, entities) = join(
            sentiment("What is the tone?", text),
            extract::<Topics>("The topics", text),
            extract::<Entities>("The people, places and firms", text),
        );
        let summary = transform(
            "Sum up these findings",
            "Tone: {tone.overall}\nTopics: {topics}\nNames: {entities}",
        );
        Findings {
            tone,
            topics,
            entities,
            summary,
        }
    }
);

const TEXT: &str = "The board of Acme met in Paris on Monday. Its chair, Ines Faure, said that she was proud of the \
    best year in the firm's history, but that the loss of the Leeds plant hurt.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(analyse::graph(), TEXT, async |llm, text| {
        let findings = analyse(text).run(llm, &mut Session::new()).await?;
        println!("{findings:#?}");
        Ok(())
    })
    .await
}
