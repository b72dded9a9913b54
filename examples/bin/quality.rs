//! How well a local model does the support-ticket workflow, on ten tickets: the table in the README.
//!
//! ```text
//! cargo run -p examples --bin quality -- --model 0.5b
//! ```

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use examples::local::Model;
use examples::support::answer;
use examples::tickets::tickets;
use zyn::{Llm, Session};

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
    examples::program::run_with(Options::parse().model, measure).await
}

async fn measure(llm: &Llm) -> Result<(), Box<dyn Error>> {
    println!("| ticket | customer | urgency | reply |\n|---|---|---|---|");
    for ticket in tickets()? {
        let title = &ticket.title;
        match answer(&ticket.text).run(llm, &mut Session::new()).await {
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
    Ok(())
}

fn mark(right: bool, answer: &str) -> String {
    let mark = if right { "yes" } else { "no" };
    format!("{mark}: {answer}")
}
