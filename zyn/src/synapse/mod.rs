//! What a model is asked for: the types of answers, and the text of questions.

pub(crate) mod check;
pub(crate) mod classify;
pub(crate) mod extract;
pub(crate) mod to_prompt;

pub use classify::{Classify, Label};
pub use extract::Extract;
pub use to_prompt::ToPrompt;
