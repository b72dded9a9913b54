//! The workflow of the example `support_ticket`.

use zyn::prelude::*;

/// A customer and what they need.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    /// The full name of the person who writes.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// What is wrong or what they ask for, in one short sentence.
    pub issue: String,
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Classify)]
pub enum Urgency {
    /// A question, a wish or praise: nothing is broken, it can wait.
    Low,
    /// Something is broken, late or wrongly billed, but nobody is in danger.
    Medium,
    /// An outage, a danger or a legal matter.
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
        let urgency = classify::<Urgency>("How urgent is it?", ticket).retry(2);
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
