//! Google's `generateContent`.

mod decode;
mod encode;

#[cfg(test)]
mod recorded;

use bytes::Bytes;
use serde_json::Value;

use super::Request;
use super::completion::Completion;
use super::events::Event;
use super::format::Format;
use super::options::remote;
use super::profile::{Capabilities, GEMINI, GEMINI_HOST};
use super::remote::{Kind, Remote};

/// Google's Gemini, by its own API.
///
/// A model is named as in `gemini-3.8-flash`; one that begins with `models/` or `tunedModels/` is taken as it is. The key
/// goes into a header, never into the address.
///
/// Models from 2.5 on read an image or a PDF by its address too.
///
/// No set-up can fail here: what cannot work is a [`ConfigError`](crate::ConfigError) of
/// [`check`](crate::Provider::check) and of the first call. Clones share their connections. `Debug` shows host and model.
///
/// An answer that one of Google's filters stopped, or a prompt that one of them held back, is
/// [`Failure::Filtered`](crate::Failure::Filtered); one in a language that the model does not speak is
/// [`Failure::Refusal`](crate::Failure::Refusal).
///
/// # Examples
///
/// ```
/// use zyn::{Gemini, Llm, Provider};
///
/// let gemini = Gemini::new("gemini-3.8-flash");
/// let problem = gemini.check().unwrap_err().to_string();
/// assert!(problem.ends_with("give it with `.key(…)`; the key is not shown"), "{problem}");
///
/// let gemini = gemini.key("AIza-not-a-key");
/// assert!(gemini.check().is_ok());
/// let llm = Llm::new(gemini);
/// ```
#[derive(Clone)]
pub struct Gemini(Remote);

remote!(Gemini);

pub(super) const KIND: Kind = Kind {
    name: "gemini",
    base_url: "https://generativelanguage.googleapis.com/v1beta",
    keyed_host: GEMINI_HOST,
    table: GEMINI,
    format: |_| &GenerateContent as &dyn Format,
};

impl Gemini {
    /// Asks `model` at Google.
    pub fn new(model: impl Into<String>) -> Self {
        Self(Remote::new(KIND, model.into()))
    }
}

struct GenerateContent;

impl Format for GenerateContent {
    fn path(&self, model: &str, streamed: bool) -> Vec<String> {
        let is_placed = ["models/", "tunedModels/"]
            .iter()
            .any(|folder| model.starts_with(folder));
        let folder = if is_placed { "" } else { "models/" };
        let operation = match streamed {
            true => "streamGenerateContent",
            false => "generateContent",
        };
        let path = format!("{folder}{model}:{operation}");
        path.split('/').map(ToOwned::to_owned).collect()
    }

    fn query(&self, streamed: bool) -> Option<&'static str> {
        streamed.then_some("alt=sse")
    }

    fn body(
        &self,
        _model: &str,
        request: &Request,
        takes: &Capabilities,
        _streamed: bool,
    ) -> Vec<Bytes> {
        encode::body(request, takes)
    }

    fn answer(&self, body: &Value, said: &mut Completion) {
        decode::answer(body, said);
    }

    fn event(&self, event: &Event, said: &mut Completion) {
        decode::event(event, said);
    }
}

#[cfg(test)]
mod tests;
