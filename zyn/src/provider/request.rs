//! What one attempt asks for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Dialect;
use crate::schema::Schema;
use crate::session::{History, Message};

/// What one attempt asks for. Everything in it is shared, so a clone copies no text. `Debug` shows sizes.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The same for all attempts of one fire.
    pub id: String,
    /// The conversation that it belongs to, for a provider that keeps it in a cache: a name of zyn's, which tells nothing
    /// of the session's id.
    pub conversation: Option<Arc<str>>,
    /// The system message of every request.
    pub system: &'static str,
    /// The conversation so far.
    pub history: History,
    /// The user message of this turn; its text enters the session if the answer is accepted.
    pub prompt: Message,
    /// Text for this call only, after the text of `prompt`: what a server hides from its model.
    pub note: Option<Arc<str>>,
    /// Invalid answers and what was wrong with them, in order. They never enter the session.
    pub feedback: Vec<Message>,
    /// The schema to answer in, or `None` for plain text.
    pub schema: Option<WireSchema>,
    /// What `schema` was made of, where that is known: it has the limits that the dialect says in words alone.
    pub original: Option<Schema>,
    /// Sampling temperature; sent only if set.
    pub temperature: Option<f64>,
    /// The most tokens to write; sent only if set.
    pub max_tokens: Option<u32>,
    /// Whether the provider is to say how likely each token of the answer was.
    pub logprobs: bool,
    /// How long a connection may take to be made, name resolution and TLS among it: 5 s. A client of the user's own has
    /// its own limit.
    pub connect: Duration,
    /// How long a stream may take to begin, from the call to the first byte of its body: 60 s.
    pub first_byte: Duration,
    /// How long a stream may be silent once it has begun: 60 s.
    pub idle: Duration,
}

/// How long a connection may take to be made, where nothing else is said.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

impl Request {
    /// A request of `prompt` and nothing else, to try a provider with.
    pub fn new(prompt: Message) -> Self {
        Self {
            id: String::new(),
            conversation: None,
            system: "",
            history: History::default(),
            prompt,
            note: None,
            feedback: Vec::new(),
            schema: None,
            original: None,
            temperature: None,
            max_tokens: None,
            logprobs: false,
            connect: CONNECT,
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("history", &self.history.len())
            .field("prompt", &self.prompt.text().len())
            .field("feedback", &self.feedback.len())
            .field("schema", &self.schema.as_ref().map(|schema| &schema.name))
            .field("temperature", &self.temperature)
            .field("max_tokens", &self.max_tokens)
            .field("logprobs", &self.logprobs)
            .finish_non_exhaustive()
    }
}

/// A schema in a provider's dialect.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WireSchema {
    /// The dialect that it is in. In [`Dialect::Prompted`] it is not sent: the prompt says it in words.
    pub dialect: Dialect,
    /// The schema's name: `[A-Za-z0-9_-]{1,64}`.
    pub name: Arc<str>,
    /// The schema, as compact JSON in declaration order.
    pub json: Arc<str>,
}
