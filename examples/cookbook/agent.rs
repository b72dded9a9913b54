//! A support agent: reads the problem, judges it, decides whether a person must help, and answers.
//!
//! ```text
//! cargo run -p examples --bin agent -- "Hi, I am Ada. I cannot log in since your update."
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Problem {
    name: String,
    #[schemars(length(min = 1))]
    issue: String,
    product_area: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Handled {
    customer: String,
    severity: Severity,
    response: String,
    needs_human: bool,
}

workflow!(
    /// Handle a support ticket from its first line to the answer.
    async fn handle(ticket: &str) -> Handled {
        let problem = extract::<Problem>("The customer, the issue and the product area", ticket);
        let severity = classify::<Severity>("How severe is the issue?", &problem.issue);
        let resolvable = binary("Can this be resolved without a person?");
        let response = transform(
            "Write a kind answer to {problem.name} about the {severity} issue with {problem.product_area}",
        );
        Handled {
            customer: problem.name,
            severity,
            response,
            needs_human: !resolvable || severity == Severity::Critical,
        }
    }
);

const TICKET: &str = "Hi, I am Ada Wong. Since your update last night nobody in our office can log in to the time \
    sheets, and payday is tomorrow!";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(handle::graph(), TICKET, async |llm, ticket| {
        let handled = handle(ticket).run(llm, &mut Session::new()).await?;
        println!("{handled:#?}");
        Ok(())
    })
    .await
}
