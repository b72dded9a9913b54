use std::fmt;

/// What was done to find the answer in a reply. Nothing in the answer itself was changed.
#[derive(Debug, serde::Serialize, serde::Deserialize, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// It was taken out of a Markdown fence.
    Fenced,
    /// It was taken out of the text around it.
    Prose,
    /// The reasoning in front of it was left out.
    Thinking,
    /// It came without the `{"value": …}` that was asked for.
    Unwrapped,
    /// Several different answers fitted; the last was taken.
    LastOf {
        /// How many there were.
        answers: usize,
    },
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced => f.write_str("taken out of a Markdown fence"),
            Self::Prose => f.write_str("taken out of the text around it"),
            Self::Thinking => f.write_str("reasoning in front of it left out"),
            Self::Unwrapped => f.write_str("accepted without its wrapper"),
            Self::LastOf { answers } => write!(f, "the last of {answers} different answers"),
        }
    }
}
