//! The workflow of the example `support_ticket`.

use zyn::prelude::*;

/// A customer and what they need.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    /// The full name of the person who writes.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The problem, in one sentence.
    pub issue: String,
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Classify)]
pub enum Urgency {
    /// A question or a wish; it can wait.
    Low,
    /// Something is wrong, but nobody is harmed.
    Medium,
    /// An outage, a safety or a legal matter.
    High,
}

/// What is known of a ticket, and the answer to it.
#[derive(Debug)]
pub struct Reply {
    /// Who writes.
    pub customer: Customer,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What to send them.
    pub text: String,
}

workflow!(
    /// Answer a support ticket.
    pub async fn answer(ticket: &str) -> Reply {
        let customer = extract::<Customer>("The customer and their problem", ticket);
        let urgency = classify::<Urgency>("How urgent is it?", &customer.issue).retry(2);
        let body = match urgency {
            Urgency::High => transform(
                "Write two sentences to the customer: say sorry for the problem, \
                 and that a colleague will call them today",
                &customer.issue,
            ),
            Urgency::Low | Urgency::Medium => transform(
                "Write two or three sentences to the customer: thank them for their message, \
                 name their problem, and say that a colleague will answer by tomorrow",
                &customer.issue,
            ),
        };
        let text = format!("Dear {},\n\n{body}", customer.name);
        Reply {
            customer,
            urgency,
            text,
        }
    }
);
