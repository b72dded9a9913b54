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
use serde_json::Value;
impl Violation {
    /// s
    pub fn new(path: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self {
            path: path.into(),
            expected: problem.to_string(),
            found: String::new(),
        }
    }
}
/// s
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Repair {
    /// s
    Fenced,
}
pub(crate) enum Rejected {
    Malformed { reason: String },
    Invalid(Vec<Violation>),
}
pub(crate) struct Decoded {
    pub(crate) value: Value,
    pub(crate) canonical: String,
    pub(crate) repairs: Vec<Repair>,
}
pub(crate) fn decode(
    t: &str,
    _: &crate::schema::Schema,
    _: &crate::schema::Rewritten,
    accept: &dyn Fn(&Value) -> Result<(), Vec<Violation>>,
) -> Result<Decoded, Rejected> {
    let value: Value = serde_json::from_str(t).map_err(|e| Rejected::Malformed {
        reason: e.to_string(),
    })?;
    accept(&value).map_err(Rejected::Invalid)?;
    Ok(Decoded {
        canonical: value.to_string(),
        value,
        repairs: vec![],
    })
}
pub(crate) fn feedback(_: &Rejected) -> String {
    "bad".into()
}
