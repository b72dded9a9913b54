//! What an attempt gave.

use std::fmt;
use std::time::Duration;

use super::{Remaining, Token};
use crate::session::Usage;

/// What an attempt gave. `Debug` shows the size of the text and the number of tokens.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Response {
    /// The text of the answer, hidden reasoning left out. Never blank.
    pub text: String,
    /// What it cost, where the provider said so.
    pub usage: Option<Usage>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// The provider's reason for ending, as it says it: `stop`.
    pub finish: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The tokens of the answer, if the provider says how likely they were; else none. They may begin before the text,
    /// with hidden reasoning.
    pub tokens: Vec<Token>,
    /// How long after the attempt began its first text came, if it was a stream. An [`Llm`](crate::Llm) measures it.
    pub time_to_first_token: Option<Duration>,
    /// What the provider says is left of its limits, if it does.
    pub remaining: Option<Remaining>,
}

impl Response {
    /// A response of `text` that cost `usage`.
    pub fn new(text: impl Into<String>, usage: Usage) -> Self {
        Self {
            text: text.into(),
            usage: Some(usage),
            ..Self::default()
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("text", &self.text.len())
            .field("usage", &self.usage)
            .field("model", &self.model)
            .field("finish", &self.finish)
            .field("request_id", &self.request_id)
            .field("tokens", &self.tokens.len())
            .finish()
    }
}
