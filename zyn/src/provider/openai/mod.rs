//! OpenAI's formats, and every server that speaks them.

#[cfg(feature = "benched")]
mod benched;
mod chat;
mod encode;
mod logprobs;
mod message;
mod responses;
mod turns;

#[cfg(test)]
mod recorded;

use self::chat::Chat;
use self::responses::Responses;
use super::format::Format;
use super::options::remote;
use super::profile::{Api, OPENAI, OPENAI_HOST};
use super::remote::{Kind, Remote};

/// OpenAI's chat completions, or its [`responses`](Self::responses); with another [`base_url`](Self::base_url) any compatible server: llama.cpp, Ollama,
/// vLLM, Groq, Mistral, OpenRouter, xAI, Azure, DeepSeek.
///
/// The chat templates of many open models refuse a second system message, or two messages of one role in a row. So all
/// servers but OpenAI's own, Azure, DeepSeek, Mistral and xAI are sent one system message, made of zyn's and of those that
/// open the conversation; a later one is a message of the user's, and what one role says in a row is one message.
///
/// No set-up can fail here: what cannot work is a [`ConfigError`](crate::ConfigError) of
/// [`check`](crate::Provider::check) and of the first call. Clones share their connections. `Debug` shows host and model.
///
/// # Examples
///
/// ```
/// use zyn::{Llm, OpenAi, Provider};
///
/// let local = OpenAi::new("qwen2.5").base_url("http://127.0.0.1:8080/v1");
/// assert!(local.check().is_ok());
/// let llm = Llm::new(local);
///
/// let typo = OpenAi::new("gpt-6.1-terra").key("sk-…").base_url("htps://api.openai.com/v1");
/// let problem = typo.check().unwrap_err().to_string();
/// assert!(problem.starts_with("the base URL cannot be used"), "{problem}");
/// ```
#[derive(Clone)]
pub struct OpenAi(Remote);

remote!(OpenAi);

pub(super) const KIND: Kind = Kind {
    name: "openai",
    base_url: "https://api.openai.com/v1",
    keyed_host: OPENAI_HOST,
    table: OPENAI,
    format: |api| match api {
        Api::Chat => &Chat as &dyn Format,
        Api::Responses => &Responses,
    },
};

impl OpenAi {
    /// Asks `model` at OpenAI.
    pub fn new(model: impl Into<String>) -> Self {
        Self(Remote::new(KIND, model.into()))
    }

    /// Asks by OpenAI's newer operation, `responses`, in place of chat completions. Nothing is kept on the server: the
    /// conversation is the session's. A server that does not know the operation is asked by chat completions. OpenAI reads
    /// a PDF by its address in this operation alone.
    ///
    /// Of the servers that are known, DeepSeek alone is asked so without being told: only there does it hold an answer to
    /// its schema.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Llm, OpenAi};
    ///
    /// let llm = Llm::new(OpenAi::new("gpt-6.1-terra").key("sk-…").responses());
    /// ```
    #[must_use]
    pub fn responses(self) -> Self {
        self.with(|remote| remote.knows(|takes| takes.api = Api::Responses))
    }

    /// The organization that pays.
    #[must_use]
    pub fn organization(self, id: impl Into<String>) -> Self {
        self.with(|remote| remote.set_header("openai-organization", id.into()))
    }

    /// The project that pays.
    #[must_use]
    pub fn project(self, id: impl Into<String>) -> Self {
        self.with(|remote| remote.set_header("openai-project", id.into()))
    }
}

#[cfg(test)]
mod tests;
