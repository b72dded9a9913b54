use zyn::prelude::*;

/// A customer and what they need.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
struct Customer {
    name: String,
    email: Option<String>,
    /// The problem, in one sentence.
    issue: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
enum Urgency {
    Low,
    Medium,
    /// An outage, a safety or a legal matter.
    High,
}

#[derive(Debug)]
pub struct Reply {
    customer: Customer,
    urgency: Urgency,
    text: String,
}

workflow!(
    /// Answer a support ticket.
    pub async fn answer(ticket: &str) -> Reply {
        let customer = extract::<Customer>("The customer and their problem", ticket);
        let urgency = classify::<Urgency>("How urgent is it?", &customer.issue).retry(2);
        let text = match urgency {
            Urgency::High => transform(
                "Apologise and say that a person takes over",
                "{customer.name}: {customer.issue}",
            ),
            Urgency::Low | Urgency::Medium => transform(
                "Write a short, helpful reply",
                "{customer.name}: {customer.issue}",
            ),
        };
        Reply {
            customer,
            urgency,
            text,
        }
    }
);

#[tokio::main]
async fn main() -> Result<(), zyn::Error> {
    let llm = Llm::from_env()?; // provider, model and key from the environment
    let mut session = Session::new();
    let reply = answer("…").run(&llm, &mut session).await?; // six messages are in the session, or none
    println!("{reply:?}\n{}", answer::graph().mermaid());
    Ok(())
}
