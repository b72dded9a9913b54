//! The workflow of the soak: every kind of step that a failure can end in another way.

use zyn::prelude::*;

/// A customer and what they need.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Customer {
    pub name: String,
    /// The problem, in one sentence.
    pub issue: String,
    pub is_tenant: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Classify)]
pub enum Area {
    Heating,
    Water,
    /// Anything else.
    Other,
}

/// Words to file it under.
#[derive(Debug, Deserialize, JsonSchema, Extract)]
pub struct Tags {
    pub tags: Vec<String>,
}

/// The title where no model finds one.
pub const UNTITLED: &str = "Untitled";

#[derive(Debug)]
pub struct Handled {
    pub customer: Customer,
    pub reply: String,
    pub title: String,
    pub tags: Tags,
    pub note: Option<String>,
}

workflow!(
    /// Answer a ticket and file it.
    pub async fn handle(ticket: &str) -> Handled {
        let customer = extract::<Customer>("The customer and their problem", ticket);
        let area = classify::<Area>("What is it about?", &customer.issue).otherwise(Area::Other);
        let reply = match area {
            Area::Heating | Area::Water => {
                let urgent = binary("Must someone come today?", &customer.issue).otherwise(true);
                let tone = if urgent { "soon" } else { "this week" };
                transform(
                    "Promise that someone comes {tone}",
                    "{customer.name}: {customer.issue}",
                )
            }
            Area::Other => transform("Write a short, helpful reply", "{customer.issue}"),
        };
        let (title, tags) = join(
            transform("Find a title", &reply).otherwise(UNTITLED.to_owned()),
            extract::<Tags>("Words to file it under", &reply).at_most_once(),
        );
        let note = transform("Sum it up for the caretaker", &reply).retry(0) else {
            return Handled {
                customer,
                reply,
                title,
                tags,
                note: None,
            };
        };
        Handled {
            customer,
            reply,
            title,
            tags,
            note: Some(note),
        }
    }
);
