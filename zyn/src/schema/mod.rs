//! The ordered schema of a type, and what a dialect makes of it.

/// Why a type cannot be asked for. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be asked for: at `{path}`, {problem}; {remedy}")]
#[non_exhaustive]
pub struct SchemaError {
    /// The type.
    pub name: String,
    /// Where in it, as a JSON pointer into the value; empty for the whole.
    pub path: String,
    /// What is there.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}
