//! What all providers over HTTP have in common: a set-up that is checked once, and an attempt.

mod attempt;
mod headers;
mod stream;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use reqwest::header::HeaderMap;
use url::Url;

use super::catalogue;
use super::endpoint::Endpoint;
use super::format::Format;
use super::http::{self, Transport};
use super::key::Key;
use super::learnt::Learnt;
use super::profile::{Api, Capabilities, Row, capabilities};
use super::{ConfigError, Profile, WireSchema};

/// What is particular to one API.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// The provider's name where its host has none of its own.
    pub(super) name: &'static str,
    pub(super) base_url: &'static str,
    /// The host at which nothing is answered without a key.
    pub(super) keyed_host: &'static str,
    pub(super) table: &'static [Row],
    /// The format of each of its operations.
    pub(super) format: fn(Api) -> &'static dyn Format,
}

/// A provider over HTTP. Changing an option starts anew: what was made or learnt belongs to one set-up.
#[derive(Clone)]
pub(super) struct Remote {
    kind: Kind,
    model: String,
    /// What it is called where its host has no name of its own.
    pub(super) called: Option<&'static str>,
    pub(super) key: Option<Key>,
    pub(super) base_url: Cow<'static, str>,
    pub(super) allow_insecure: bool,
    /// Headers of the user's own.
    pub(super) headers: Vec<(String, String)>,
    pub(super) client: Option<reqwest::Client>,
    pub(super) proxy: Option<String>,
    /// What the user knows better than the table.
    known: Vec<fn(&mut Capabilities)>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    ready: OnceLock<Result<Ready, ConfigError>>,
    /// Apart from the set-up: most that is asked of a provider needs no client, and to build one takes its time.
    transport: OnceLock<Result<Arc<dyn Transport>, ConfigError>>,
    learnt: Learnt,
}

/// A set-up that has been checked.
struct Ready {
    endpoint: Endpoint,
    /// The name that the host is known by.
    known: Option<&'static str>,
    /// Where whole answers are asked for, once one was.
    url: OnceLock<Url>,
    headers: HeaderMap,
    capabilities: Capabilities,
}

impl Remote {
    pub(super) fn new(kind: Kind, model: String) -> Self {
        Self {
            kind,
            model,
            called: None,
            key: None,
            base_url: Cow::Borrowed(kind.base_url),
            allow_insecure: false,
            headers: Vec::new(),
            client: None,
            proxy: None,
            known: Vec::new(),
            state: Arc::default(),
        }
    }

    /// The same with `change` done to it, and nothing made or learnt yet.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self.state = Arc::default();
        self
    }

    /// Adds to what the user knows better than the table.
    pub(super) fn knows(&mut self, better: fn(&mut Capabilities)) {
        self.known.push(better);
    }

    pub(super) fn name(&self) -> &'static str {
        let known = self.ready().ok().and_then(|ready| ready.known);
        known.or(self.called).unwrap_or(self.kind.name)
    }

    pub(super) fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn server(&self) -> &str {
        self.ready().map_or("", |ready| ready.endpoint.url.as_str())
    }

    pub(super) fn profile(&self) -> Profile {
        match self.ready() {
            Ok(ready) => self.state.learnt.apply(ready.capabilities).profile(),
            Err(_) => Profile::default(),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.transport(self.ready()?).map(drop)
    }

    pub(super) fn takes(&self, schema: &WireSchema) -> bool {
        self.state.learnt.takes(schema)
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        Endpoint::new(&self.base_url, self.allow_insecure)
    }

    fn ready(&self) -> Result<&Ready, ConfigError> {
        let ready = self.state.ready.get_or_init(|| self.prepare());
        ready.as_ref().map_err(Clone::clone)
    }

    /// The way to the server.
    fn transport(&self, ready: &Ready) -> Result<&dyn Transport, ConfigError> {
        let build =
            || http::transport(&ready.endpoint, self.client.as_ref(), self.proxy.as_deref());
        let transport = self.state.transport.get_or_init(build).as_ref();
        transport.map(|it| &**it).map_err(Clone::clone)
    }

    fn prepare(&self) -> Result<Ready, ConfigError> {
        let endpoint = self.endpoint()?;
        let mut capabilities = capabilities(self.kind.table, &endpoint.name, &self.model);
        self.known.iter().for_each(|it| it(&mut capabilities));
        if self.model.trim().is_empty() {
            return Err(ConfigError::Model);
        }
        Ok(Ready {
            headers: self.lasting_headers(&endpoint, &capabilities)?,
            known: catalogue::at(&endpoint.name).map(|entry| entry.name),
            endpoint,
            url: OnceLock::new(),
            capabilities,
        })
    }

    /// Over another transport.
    #[cfg(any(test, feature = "benched"))]
    pub(super) fn over(self, transport: Arc<dyn Transport>) -> Self {
        let this = self.with(|_| {});
        this.state.transport.get_or_init(|| Ok(transport));
        this
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.endpoint().map(|endpoint| endpoint.host());
        f.debug_struct(name)
            .field("host", &host.as_deref().unwrap_or("none"))
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
