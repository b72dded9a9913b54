//! Routes an incoming e-mail: what it is about, how urgent it is, which queue takes it.
//!
//! ```text
//! cargo run -p examples --bin triage -- "Invoice 4711\nI was charged twice."
//! ```

use std::process::ExitCode;

use zyn::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Category {
    Support,
    Sales,
    Billing,
    Spam,
    Personal,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug)]
#[expect(dead_code, reason = "printed")]
struct Routing {
    category: Category,
    urgency: Urgency,
    queue: String,
}

workflow!(
    /// Route an incoming e-mail to a queue.
    async fn triage(subject: &str, body: &str) -> Routing {
        let category = classify::<Category>(
            "Which kind of e-mail is this?",
            "Subject: {subject}\n\n{body}",
        )
        .retry(2);
        let urgency = classify::<Urgency>("How urgent is it?").retry(2);
        let queue = match urgency {
            Urgency::Critical => "escalation".to_owned(),
            _ => format!("{category:?} queue"),
        };
        Routing {
            category,
            urgency,
            queue,
        }
    }
);

const MAIL: &str =
    "Charged twice\nHello, you charged my card twice for invoice 4711. Please pay one back.";

#[tokio::main]
async fn main() -> ExitCode {
    examples::program::run(triage::graph(), MAIL, async |llm, mail| {
        let (subject, body) = mail.split_once('\n').unwrap_or(("", mail));
        let routing = triage(subject, body).run(llm, &mut Session::new()).await?;
        println!("{routing:#?}");
        Ok(())
    })
    .await
}
