// Every warning is an error: over expansions too, and where a label is deprecated.
#![deny(
    warnings,
    unused,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    nonstandard_style
)]
//! A case.

use zyn::prelude::*;

/// A topic.
#[derive(Debug, PartialEq, Classify)]
pub enum Topic {
    /// About money.
    #[classify(examples("My bill is wrong"))]
    Billing(Billing),
    /// About nothing that is known.
    #[classify(unsure)]
    Other,
    /// An older name.
    #[deprecated]
    Misc,
}

/// About money.
#[derive(Debug, PartialEq, Classify)]
pub enum Billing {
    /// Money back.
    Refund,
    /// The bill.
    Invoice,
}

fn main() {
    assert_eq!(Topic::unsure(), Some(Topic::Other));
    assert_eq!(
        Topic::from_label("Billing/Refund"),
        Some(Topic::Billing(Billing::Refund))
    );
}
