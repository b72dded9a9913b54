//! How well a model fills schemas, on thirty small tasks: the table in the README.
//!
//! ```text
//! cargo run -p examples --bin tasks
//! ```

use std::process::ExitCode;

use clap::Parser;
use examples::local::Model;
use examples::tasks::tasks;
use zyn::Llm;

/// Asks a model thirty small questions with known answers and prints what it makes of them.
///
/// An answer counts as valid if it fits the schema of its type, and as right if it is what the text says.
#[derive(Parser)]
struct Options {
    /// Uses this local model, whatever the environment says.
    #[arg(long, value_enum)]
    model: Option<Model>,
}

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run_with(Options::parse().model, async |llm| {
        measure(llm).await;
        Ok(())
    })
    .await
}

async fn measure(llm: &Llm) {
    println!("| task | valid | right | attempts | answer |\n|---|---|---|---|---|");
    let (mut asked, mut valid, mut right) = (0, 0, 0);
    for task in tasks() {
        let outcome = task.ask(llm).await;
        let mark = |is: bool| if is { "yes" } else { "no" };
        let is_valid = outcome.answer.is_ok();
        let answer = match &outcome.answer {
            Ok(answer) => answer.clone(),
            Err(error) => error.to_string(),
        };
        println!(
            "| {} | {} | {} | {} | {} |",
            task.name,
            mark(is_valid),
            mark(outcome.right),
            outcome.attempts,
            answer.replace('|', "\\|")
        );
        asked += 1;
        valid += u32::from(is_valid);
        right += u32::from(outcome.right);
    }
    println!("| **of {asked}** | **{valid}** | **{right}** | | |");
}
