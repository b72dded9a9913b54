//! Support tickets to try a workflow on, with what a good answer has to get right.

use serde::Deserialize;

use crate::support::Urgency;

/// A ticket and what is right about it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// What it is about, in a few words.
    pub title: String,
    /// What the customer wrote.
    pub text: String,
    /// The customer's name.
    pub customer: String,
    /// The urgencies that a reasonable person could give it, the best one first.
    pub urgencies: Vec<Urgency>,
}

/// The ten tickets of `tickets.json`.
///
/// # Examples
///
/// ```
/// use examples::support::Urgency;
/// use examples::tickets::tickets;
///
/// let outage = tickets()?.swap_remove(0);
/// assert_eq!(outage.customer, "Amara Okafor");
/// assert_eq!(outage.urgencies, [Urgency::High]);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// If that file, which is part of the program, is not what it should be.
pub fn tickets() -> Result<Vec<Ticket>, serde_json::Error> {
    serde_json::from_str(include_str!("tickets.json"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_ten_tickets_of_ten_customers() {
        let tickets = tickets().unwrap();
        let customers: HashSet<&str> = tickets
            .iter()
            .map(|ticket| ticket.customer.as_str())
            .collect();
        assert_eq!((tickets.len(), customers.len()), (10, 10));
    }

    #[test]
    fn every_ticket_names_its_customer_in_its_text() {
        for ticket in tickets().unwrap() {
            let text = ticket.text.to_lowercase();
            assert!(
                text.contains(&ticket.customer.to_lowercase()),
                "{}",
                ticket.title
            );
        }
    }

    #[test]
    fn every_urgency_is_right_for_some_ticket_and_no_ticket_takes_all() {
        let tickets = tickets().unwrap();
        for urgency in [Urgency::Low, Urgency::Medium, Urgency::High] {
            assert!(
                tickets
                    .iter()
                    .any(|ticket| ticket.urgencies.first() == Some(&urgency))
            );
        }
        assert!(
            tickets
                .iter()
                .all(|ticket| (1..=2).contains(&ticket.urgencies.len()))
        );
    }
}
