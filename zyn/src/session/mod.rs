//! The conversation: messages, edits, transactions.

mod error;
mod usage;

pub use error::SessionError;
pub use usage::Usage;

// SKELETON, to be replaced by the session's author.
/// skeleton
#[derive(Debug, Clone)]
pub struct Message(String);
/// skeleton
#[derive(Debug, Clone, Default)]
pub struct History(Vec<Message>);
