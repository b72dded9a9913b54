use std::fmt;

/// Why a type cannot be asked for. Nothing was sent.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use zyn::schema::{Dialect, Schema};
///
/// let anything = Schema::from_value("Note", json!({
///     "type": "object",
///     "properties": { "payload": true },
///     "required": ["payload"],
/// }))?;
/// let refused = anything.for_dialect(Dialect::OpenAi).unwrap_err();
/// assert_eq!(refused.path, "/payload");
/// assert_eq!(refused.remedy, "give it a type of its own");
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaError {
    /// The type.
    pub name: String,
    /// Where in it, as a JSON pointer into the value, with `*` for every item; empty for the whole.
    pub path: String,
    /// What is there.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

impl SchemaError {
    pub(crate) fn new(name: &str, path: &str, problem: impl fmt::Display, remedy: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            problem: problem.to_string(),
            remedy: remedy.to_owned(),
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            path,
            problem,
            remedy,
        } = self;
        write!(f, "`{name}` cannot be asked for: ")?;
        if !path.is_empty() {
            write!(f, "at `{path}`, ")?;
        }
        write!(f, "{problem}; {remedy}")
    }
}

impl std::error::Error for SchemaError {}
