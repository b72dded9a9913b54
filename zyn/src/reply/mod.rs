//! From a model's text to an accepted answer.

use std::fmt;

/// One thing that is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where, as a JSON pointer (`/items/2/total`); empty for the whole answer.
    pub path: String,
    /// What was expected, or what a validator said.
    pub expected: String,
    /// What came instead; empty where a validator speaks.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the answer"
        } else {
            &self.path
        };
        if self.found.is_empty() {
            write!(f, "{path}: {}", self.expected)
        } else {
            write!(f, "{path}: expected {}, got {}", self.expected, self.found)
        }
    }
}
