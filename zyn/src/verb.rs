use serde::{Deserialize, Serialize};

/// What a synapse does with its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verb {
    /// Reads a typed value out of text.
    Extract,
    /// Picks one of a set of labels.
    Classify,
    /// Rewrites text.
    Transform,
}

impl Verb {
    /// The verb as it is written in a workflow: `extract`, `classify`, `transform`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Classify => "classify",
            Self::Transform => "transform",
        }
    }

    /// The full sentence that asks a model for `instruction`.
    ///
    /// Small models copy a bare noun into their answer, so an instruction is never sent alone.
    pub(crate) fn sentence(self, instruction: &str) -> String {
        let instruction = instruction.trim();
        match self {
            Self::Extract => format!("Extract the following from the text: {instruction}"),
            Self::Classify => format!("Answer this question about the text: {instruction}"),
            Self::Transform => format!("Do this with the text: {instruction}"),
        }
    }
}
