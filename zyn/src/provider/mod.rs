//! One API each: a request becomes bytes, bytes become an outcome.

#[cfg(feature = "http")]
mod anthropic;
#[cfg(feature = "http")]
#[cfg(test)]
mod attached;
#[cfg(feature = "http")]
#[cfg(test)]
mod canned;
#[cfg(feature = "http")]
pub(crate) mod catalogue;
#[cfg(feature = "http")]
mod completion;
#[cfg(feature = "http")]
#[cfg(test)]
mod documented;
#[cfg(feature = "http")]
mod endpoint;
mod error;
#[cfg(any(feature = "http", test, fuzzing))]
pub(crate) mod events;
#[cfg(feature = "http")]
#[cfg(test)]
mod faults;
#[cfg(feature = "http")]
mod format;
#[cfg(feature = "http")]
mod gemini;
#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod key;
#[cfg(feature = "http")]
mod learnt;
#[cfg(feature = "http")]
mod ollama;
#[cfg(feature = "http")]
mod openai;
#[cfg(feature = "http")]
mod options;
#[cfg(feature = "http")]
#[cfg(test)]
mod prefix;
#[cfg(feature = "http")]
mod profile;
#[cfg(feature = "http")]
#[cfg(test)]
mod recordings;
#[cfg(feature = "http")]
mod rejection;
#[cfg(feature = "http")]
mod remote;
mod shared;
#[cfg(feature = "http")]
mod spoken;
mod token;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "http")]
pub use anthropic::Anthropic;
pub use error::{Class, ConfigError, Failure, ProviderError};
#[cfg(feature = "http")]
pub use gemini::Gemini;
#[cfg(feature = "http")]
pub use ollama::Ollama;
#[cfg(feature = "http")]
pub use openai::OpenAi;
pub use token::Token;

use serde::{Deserialize, Serialize};

use crate::schema::Schema;
use crate::session::{History, Message, Usage};

/// A boxed future, as object-safe async traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Speaks to one API.
///
/// Implemented by [`OpenAi`](crate::OpenAi), [`Anthropic`](crate::Anthropic), [`Gemini`](crate::Gemini) and
/// [`Ollama`](crate::Ollama), by the fakes in [`testing`](crate::testing), by anyone who has another API to speak to, and
/// by a `Box` or an `Arc` of one, so that a program can choose while it runs. An [`Llm`](crate::Llm) adds the policy:
/// retries, timeouts, the ledger. [`testing::provider_contract`](crate::testing::provider_contract)
/// says whether one of your own keeps what providers promise.
///
/// # Examples
///
/// ```
/// use zyn::{BoxFuture, Llm, Profile, Provider, ProviderError, Request, Response, Usage};
///
/// /// Says what it was told.
/// struct Parrot;
///
/// impl Provider for Parrot {
///     fn name(&self) -> &str {
///         "parrot"
///     }
///     fn model(&self) -> &str {
///         "african-grey"
///     }
///     fn profile(&self) -> Profile {
///         Profile::default()
///     }
///     fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
///         Box::pin(async move { Ok(Response::new(request.prompt.text(), Usage::new(1, 1))) })
///     }
/// }
///
/// let llm = Llm::new(Parrot);
/// ```
///
/// A choice that is made while the program runs:
///
/// ```
/// use zyn::testing::{Fake, Scripted};
/// use zyn::{Llm, Provider};
///
/// let is_rehearsal = true;
/// let provider: Box<dyn Provider> = match is_rehearsal {
///     true => Box::new(Fake::new()),
///     false => Box::new(Scripted::new(["Paris"])),
/// };
/// let llm = Llm::new(provider);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a provider",
    label = "does not implement `Provider`",
    note = "use `OpenAi::new(\"model\")`, a fake from `zyn::testing`, or implement `zyn::Provider`"
)]
pub trait Provider: Send + Sync + 'static {
    /// The provider's name, as in `openai`. It is not secret.
    fn name(&self) -> &str;

    /// The model that answers.
    fn model(&self) -> &str;

    /// What the model behind this provider can do.
    fn profile(&self) -> Profile;

    /// Checks the set-up without sending anything.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if no request could ever be sent.
    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Makes one attempt. Dropping the future abandons it.
    ///
    /// # Errors
    ///
    /// [`ProviderError`], with the tokens that were paid where the API tells.
    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>>;

    /// Makes one attempt and tells `heard` each piece of the answer's text as it comes. The pieces together are the
    /// beginning of the response's text, and all of it if the attempt ends well. Dropping the future abandons it.
    ///
    /// A provider that cannot stream tells the whole at once.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call); also where something was heard before.
    fn stream<'a>(
        &'a self,
        request: &'a Request,
        heard: &'a mut Heard<'_>,
    ) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(async move {
            let response = self.call(request).await?;
            heard(&response.text);
            Ok(response)
        })
    }

    /// Whether the server takes this schema, as far as is known by now. One that it has refused before is said in the
    /// prompt alone.
    fn takes(&self, _schema: &WireSchema) -> bool {
        true
    }
}

/// Is told the text of an answer, piece by piece.
pub type Heard<'a> = dyn FnMut(&str) + Send + 'a;

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
    /// How long a stream may be silent, before its first piece and between two: 60 s.
    pub idle: Duration,
}

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
    pub first_text: Option<Duration>,
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

/// What a model can do, as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The subset of JSON Schema it takes.
    pub dialect: Dialect,
    /// Whether the model sees the schema, or only its sampler does (llama.cpp, Ollama, vLLM).
    pub schema_visible: bool,
    /// How it is asked for an answer in JSON, at best.
    pub mode: Mode,
    /// Whether the provider's cache of a conversation is lost when the schema changes (Anthropic). In a long conversation
    /// the schema is then said in the prompt alone.
    pub schema_in_cache: bool,
    /// Whether the model may be asked how likely the tokens of its answer were. If not, it is not asked, and a threshold
    /// on what is measured is refused before anything is sent.
    pub logprobs: bool,
    /// In which form the model may be sent images; in another, one is refused before anything is sent.
    pub images: Accepts,
    /// In which form the model may be sent PDFs; in another, one is refused before anything is sent.
    pub pdfs: Accepts,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            dialect: Dialect::OpenAi,
            schema_visible: true,
            mode: Mode::Native,
            schema_in_cache: false,
            logprobs: true,
            images: Accepts::Addresses,
            pdfs: Accepts::Addresses,
        }
    }
}

/// In which form a model may be sent an image or a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Accepts {
    /// In none.
    Nothing,
    /// As bytes.
    Bytes,
    /// As bytes, or by an address from which the provider fetches it.
    Addresses,
}

/// How an answer was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mode {
    /// Plain text, no schema.
    Text,
    /// The provider's own structured output.
    Native,
    /// The schema as that of a tool which the model must call: its server has no structured output.
    Tool,
    /// The schema in words, in the prompt alone: the server takes none.
    Prompted,
}

/// A provider's subset of JSON Schema.
///
/// # Examples
///
/// ```
/// use zyn::schema::{Dialect, Schema};
///
/// for dialect in Dialect::ALL {
///     match Schema::of::<Vec<u8>>()?.for_dialect(dialect) {
///         Ok(sent) => println!("{sent}"),
///         Err(refused) => println!("{dialect}: {refused}"),
///     }
/// }
/// # Ok::<(), zyn::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// OpenAI's strict mode, which many compatible servers take too.
    OpenAi,
    /// Anthropic's structured outputs.
    Anthropic,
    /// Gemini's `responseJsonSchema`.
    Gemini,
    /// The grammars of llama.cpp and Ollama.
    LlamaCpp,
    /// The whole of JSON Schema, said in the prompt: the server holds no answer to it.
    Prompted,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 5] = [
        Self::OpenAi,
        Self::Anthropic,
        Self::Gemini,
        Self::LlamaCpp,
        Self::Prompted,
    ];
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Gemini",
            Self::LlamaCpp => "llama.cpp",
            Self::Prompted => "in the prompt",
        })
    }
}

/// The JSON shape of messages. A message keeps its bytes for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "no provider, no format")]
pub(crate) enum WireFormat {
    OpenAiChat,
    /// Each message up to where more could follow, behind those before it.
    OpenAiChatByTurns,
    OpenAiResponses,
    /// The same.
    OpenAiResponsesByTurns,
    Anthropic,
    /// The system messages alone.
    AnthropicSystem,
    Gemini,
    /// The system messages alone.
    GeminiSystem,
    Ollama,
}
