//! How well a local model does the support-ticket workflow, on ten tickets: the table in the README.
//!
//! ```text
//! cargo run -p examples --bin quality -- --model 0.5b
//! ```

use std::process::ExitCode;

use clap::Parser;
use examples::answering::Answering;
use examples::local::{Model, Progress};
use examples::support::answer;
use examples::tickets::tickets;
use zyn::Session;

/// Runs the support-ticket workflow on ten tickets and prints what came of each.
///
/// Whether the customer and the urgency are right is checked; whether one could send the reply is for you to read.
#[derive(Parser)]
struct Options {
    /// Uses this local model, whatever the environment says.
    #[arg(long, value_enum)]
    model: Option<Model>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let answering = Answering::start(options.model, Progress::Stderr).await?;
    println!("| ticket | customer | urgency | reply |\n|---|---|---|---|");
    for ticket in tickets()? {
        let title = &ticket.title;
        match answer(&ticket.text)
            .run(&answering.llm, &mut Session::new())
            .await
        {
            Ok(reply) => {
                let customer = mark(reply.customer.name == ticket.customer, &reply.customer.name);
                let urgency = reply.urgency;
                let urgency = mark(ticket.urgencies.contains(&urgency), &format!("{urgency:?}"));
                let text = reply.text.split_whitespace().collect::<Vec<_>>().join(" ");
                println!("| {title} | {customer} | {urgency} | {text} |");
            }
            Err(error) => println!("| {title} | no | no | {error} |"),
        }
    }
    answering.stop().await;
    Ok(())
}

fn mark(right: bool, answer: &str) -> String {
    let mark = if right { "yes" } else { "no" };
    format!("{mark}: {answer}")
}
