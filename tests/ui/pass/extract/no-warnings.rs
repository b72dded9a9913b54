// Every warning is an error: over expansions too, and where a field is deprecated.
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

/// A customer.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Extract)]
#[extract(validate = plausible)]
pub struct Customer {
    /// The name.
    #[extract(validate = plausible)]
    pub name: String,
    /// The way to reach them.
    pub contact: Contact,
    /// The mood.
    pub mood: Mood,
}

/// A way to reach somebody.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Extract)]
pub enum Contact {
    /// By mail.
    Mail {
        /// The address.
        address: String,
    },
    /// Not at all.
    None,
}

/// A mood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, Classify)]
pub enum Mood {
    /// Good.
    Good,
    /// Bad.
    Bad,
}

fn plausible<T>(_: &T) -> Result<(), String> {
    Ok(())
}

/// One with a field that is out of use.
#[derive(Serialize, Deserialize, JsonSchema, Extract)]
pub struct Old {
    /// Gone.
    #[deprecated]
    #[extract(validate = plausible)]
    pub gone: String,
    /// Kept.
    pub kept: String,
}

fn main() {
    let customer = Customer {
        name: "Ada".to_owned(),
        contact: Contact::None,
        mood: Mood::Good,
    };
    assert!(customer.violations().is_empty());
}
