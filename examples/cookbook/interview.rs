//! Interviews you: each question follows from your last answer, each answer is judged, and all of it summed up.
//!
//! ```text
//! cargo run -p examples --bin interview -- "how you test your code"
//! ```

use std::process::ExitCode;

use examples::program::ask;
use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Quality {
    /// It does not answer the question.
    Beside,
    Shallow,
    Deep,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Interview {
    answers: Vec<(String, String, Quality)>,
    summary: String,
}

workflow!(
    /// Interview somebody about a topic.
    async fn interview(topic: &str, questions: usize) -> Interview {
        system("You conduct an interview about {topic}. Ask probing questions.");
        let mut answers = Vec::new();
        for number in 1..=questions {
            let question = transform("Ask question {number} of {questions}, and nothing else");
            let answer = call(ask(&question));
            user(&answer);
            let quality = classify::<Quality>("How good was the last answer?");
            answers.push((question, answer, quality));
        }
        let summary = transform("Sum up the interview and what it has found");
        Interview { answers, summary }
    }
);

const TOPIC: &str = "how you test your code";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(interview::graph(), TOPIC, async |llm, topic| {
        let interview = interview(topic, 3).run(llm, &mut Session::new()).await?;
        println!("\n{interview:#?}");
        Ok(())
    })
    .await
}
