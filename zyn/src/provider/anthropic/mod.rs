//! Anthropic's messages.

mod decode;
mod encode;

#[cfg(test)]
mod cache;
#[cfg(test)]
mod compared;
#[cfg(test)]
mod recorded;

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::Request;
use super::completion::Completion;
use super::events::Event;
use super::format::Format;
use super::options::remote;
use super::profile::{ANTHROPIC, ANTHROPIC_HOST, Capabilities, Kept};
use super::remote::{Kind, Remote};

/// Anthropic's messages; with another [`base_url`](Self::base_url) any server that speaks them.
///
/// A conversation is kept in Anthropic's cache: each turn pays a quarter more for what it adds, and a tenth for what was
/// there before. That cache belongs to a schema. So as long as a conversation is short its answers are held to their
/// schemas and nothing is kept, and from then on the schemas are said in the prompt alone;
/// [`hold_to_schema`](Self::hold_to_schema) is for those who want it otherwise. A conversation's system messages stand
/// before all others, wherever they were added.
///
/// No set-up can fail here: what cannot work is a [`ConfigError`](crate::ConfigError) of
/// [`check`](crate::Provider::check) and of the first call. Clones share their connections. `Debug` shows host and model.
///
/// # Examples
///
/// ```
/// use zyn::{Anthropic, Llm, Provider};
///
/// let claude = Anthropic::new("claude-sonnet-5-5").key("sk-ant-example");
/// assert!(claude.check().is_ok());
/// let llm = Llm::new(claude);
///
/// let problem = Anthropic::new("claude-sonnet-5-5").check().unwrap_err().to_string();
/// assert!(problem.starts_with("the API key cannot be used: there is none"), "{problem}");
/// ```
#[derive(Clone)]
pub struct Anthropic(Remote);

remote!(Anthropic);

pub(super) const KIND: Kind = Kind {
    name: "anthropic",
    base_url: "https://api.anthropic.com",
    keyed_host: ANTHROPIC_HOST,
    table: ANTHROPIC,
    format: |_| &Messages as &dyn Format,
};

const VERSION: HeaderName = HeaderName::from_static("anthropic-version");
/// What is asked for where nothing else is: the last version that takes a temperature.
const USUAL_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");
/// Versions are dates. From this one on, no model takes a temperature.
const UNSAMPLED: &str = "2026-10-21";

impl Anthropic {
    /// Asks `model` at Anthropic.
    pub fn new(model: impl Into<String>) -> Self {
        Self(Remote::new(KIND, model.into()))
    }

    /// The version of the API, instead of `2023-06-01`. From `2026-10-21` on a temperature is left out, with a warning:
    /// those versions refuse it for every model.
    ///
    /// # Examples
    ///
    /// ```
    /// let claude = zyn::Anthropic::new("claude-sonnet-4-6").version("2026-10-21");
    /// ```
    #[must_use]
    pub fn version(self, date: impl Into<String>) -> Self {
        let date = date.into();
        self.with(|remote| {
            if date.as_str() >= UNSAMPLED {
                remote.knows(|takes| takes.sampling = false);
            }
            remote.set_header(VERSION.as_str(), date);
        })
    }

    /// Keeps a conversation in the cache for an hour after each turn instead of five minutes, for people who take their
    /// time. What a turn adds then costs twice its price instead of a quarter more.
    #[must_use]
    pub fn cache_for_an_hour(self) -> Self {
        self.with(|remote| remote.knows(|takes| takes.kept = Some(Kept::Hour)))
    }

    /// Keeps no conversation in the cache, for conversations of one turn: nothing costs a quarter more, and nothing a
    /// tenth.
    #[must_use]
    pub fn uncached(self) -> Self {
        self.with(|remote| {
            remote.knows(|takes| {
                takes.kept = None;
                takes.schema_in_cache = false;
            });
        })
    }

    /// Has Anthropic hold every answer to its schema, in long conversations too.
    ///
    /// Without it, a conversation of more than 512 tokens, about, has its schemas said in the prompt alone: the sampler no
    /// longer enforces them, and what comes back is checked all the same, and asked for again if it does not fit. With
    /// it, each schema has a cache of the conversation to itself, and a step writes there, at a quarter more than the
    /// price, what it would have read at a tenth of it.
    ///
    /// In a conversation of 20 turns of 300 tokens, as the rules of the cache are documented, the input then costs between
    /// a quarter and seven tenths more if three schemas take turns, depending on how little of a conversation the model
    /// keeps; if there is but one schema, up to a tenth less.
    ///
    /// # Examples
    ///
    /// ```
    /// use zyn::{Anthropic, Provider};
    ///
    /// let claude = Anthropic::new("claude-sonnet-5-5").key("sk-ant-example");
    /// assert!(claude.profile().schema_in_cache);
    /// assert!(!claude.hold_to_schema().profile().schema_in_cache);
    /// ```
    #[must_use]
    pub fn hold_to_schema(self) -> Self {
        self.with(|remote| remote.knows(|takes| takes.schema_in_cache = false))
    }
}

struct Messages;

impl Format for Messages {
    fn path(&self, _model: &str, _streamed: bool) -> Vec<String> {
        vec!["v1".to_owned(), "messages".to_owned()]
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        vec![(VERSION, USUAL_VERSION)]
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

    fn event(&self, event: &Event, said: &mut Completion) {
        decode::event(event, said);
    }
}

#[cfg(test)]
mod tests;
