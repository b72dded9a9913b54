//! The conversation: messages, edits, transactions.

mod error;
mod usage;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

pub use error::SessionError;
pub use usage::Usage;

use crate::provider::WireFormat;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Sets the rules.
    System,
    /// Asks.
    User,
    /// Answers.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone)]
pub struct Message(Arc<(Role, String, OnceLock<Bytes>)>);

impl Message {
    /// A system message.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(Role::System, text.into())
    }

    /// A user message.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, text.into())
    }

    /// An answer.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, text.into())
    }

    fn new(role: Role, text: String) -> Self {
        Self(Arc::new((role, text, OnceLock::new())))
    }

    /// Who speaks.
    pub fn role(&self) -> Role {
        self.0.0
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0.1
    }

    #[cfg_attr(
        not(feature = "openai"),
        allow(dead_code, reason = "no provider, no format")
    )]
    pub(crate) fn wire(&self, format: WireFormat, encode: impl FnOnce(&Message) -> Bytes) -> Bytes {
        let WireFormat::OpenAiChat = format;
        self.0.2.get_or_init(|| encode(self)).clone()
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {} bytes", self.role(), self.text().len())
    }
}

/// The shared, ordered list of messages.
#[derive(Debug, Clone, Default)]
pub struct History(Arc<Vec<Message>>);

impl History {
    /// The messages.
    pub fn messages(&self) -> &[Message] {
        &self.0
    }
}

impl FromIterator<Message> for History {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        Self(Arc::new(messages.into_iter().collect()))
    }
}
