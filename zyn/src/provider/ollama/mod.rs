//! Ollama's own API.

mod decode;
mod encode;

#[cfg(test)]
mod recorded;

use bytes::Bytes;
use serde_json::Value;

use super::Request;
use super::completion::Completion;
use super::events::{Event, Framing};
use super::format::Format;
use super::options::remote;
use super::profile::{Capabilities, OLLAMA, OLLAMA_CLOUD};
use super::remote::{Kind, Remote};

/// A model of Ollama's, on this machine or wherever the [`base_url`](Self::base_url) is.
///
/// A model is named as `ollama list` names it, with its tag. A server of one's own needs no key; Ollama's cloud
/// (`https://ollama.com`) does. Models of the cloud are asked for JSON and told the schema in words, because nothing holds
/// their answers to it.
///
/// It takes images as bytes, and no PDFs.
///
/// Without a limit the server decides how much of a long conversation the model reads, and cuts the rest off in silence:
/// give the session a [`Window`](crate::Window), or the server a larger `OLLAMA_CONTEXT_LENGTH`.
///
/// No set-up can fail here: what cannot work is a [`ConfigError`](crate::ConfigError) of
/// [`check`](crate::Provider::check) and of the first call. Clones share their connections. `Debug` shows host and model.
///
/// # Examples
///
/// ```
/// use zyn::{Llm, Ollama, Provider};
///
/// let ollama = Ollama::new("qwen3:4b");
/// assert!(ollama.check().is_ok());
/// let llm = Llm::new(ollama);
///
/// let elsewhere = Ollama::new("qwen3:4b").base_url("http://gpu.example.com:11434");
/// let problem = elsewhere.check().unwrap_err().to_string();
/// assert!(problem.contains("`.allow_insecure()` in a network you trust"), "{problem}");
/// ```
#[derive(Clone)]
pub struct Ollama(Remote);

remote!(Ollama);

pub(super) const KIND: Kind = Kind {
    name: "ollama",
    base_url: "http://localhost:11434",
    keyed_host: OLLAMA_CLOUD,
    table: OLLAMA,
    format: |_| &Chat as &dyn Format,
};

impl Ollama {
    /// Asks `model` on this machine.
    pub fn new(model: impl Into<String>) -> Self {
        Self(Remote::new(KIND, model.into()))
    }
}

struct Chat;

impl Format for Chat {
    fn path(&self, _model: &str, _streamed: bool) -> Vec<String> {
        vec!["api".to_owned(), "chat".to_owned()]
    }

    fn body(
        &self,
        model: &str,
        request: &Request,
        takes: &Capabilities,
        streamed: bool,
    ) -> Vec<Bytes> {
        encode::body(model, request, takes, streamed)
    }

    fn answer(&self, body: &Value, said: &mut Completion) {
        decode::answer(body, said);
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn event(&self, event: &Event, said: &mut Completion) {
        decode::event(event, said);
    }
}

#[cfg(test)]
mod tests;
