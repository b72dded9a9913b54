//! OpenAI's chat completions, and every server that speaks them.

mod decode;
mod encode;
mod in_memory;
mod logprobs;
mod rejection;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod recorded;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use self::encode::Parameters;
use self::rejection::Unsupported;
use super::endpoint::Endpoint;
use super::http::{self, Post, REPLY_LIMIT, Reply, Transport, TransportError};
use super::key::{Key, without_keys};
use super::profile::{Capabilities, KeyHeader, OPENAI_HOST, capabilities};
use super::{BoxFuture, ConfigError, Failure, Profile, Provider, ProviderError, Request, Response};
use crate::telemetry;

const NAME: &str = "openai";
const BASE_URL: &str = "https://api.openai.com/v1";
const ORGANIZATION: HeaderName = HeaderName::from_static("openai-organization");
const API_KEY: HeaderName = HeaderName::from_static("api-key");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");

/// OpenAI's chat completions; with another [`base_url`](Self::base_url) any compatible server: llama.cpp, Ollama,
/// vLLM, Groq, Mistral, OpenRouter, xAI, Azure.
///
/// No set-up can fail here: what cannot work is a [`ConfigError`] of [`check`](Provider::check) and of the first call.
/// Clones share their connections. `Debug` shows host and model.
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
pub struct OpenAi {
    model: String,
    key: Option<Key>,
    base_url: String,
    allow_insecure: bool,
    organization: Option<String>,
    state: Arc<State>,
}

/// What is made or learnt on the way. It belongs to one set-up: changing an option starts anew.
#[derive(Default)]
struct State {
    ready: OnceLock<Result<Ready, ConfigError>>,
    learnt: Learnt,
}

/// A set-up that has been checked.
struct Ready {
    endpoint: Endpoint,
    headers: HeaderMap,
    capabilities: Capabilities,
    transport: Arc<dyn Transport>,
}

/// What the server has refused. The table of capabilities cannot know every model.
#[derive(Default)]
struct Learnt {
    no_temperature: AtomicBool,
    other_max_tokens: AtomicBool,
    no_logprobs: AtomicBool,
    warned_of_temperature: AtomicBool,
    warned_of_logprobs: AtomicBool,
}

impl OpenAi {
    /// Asks `model` at OpenAI.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            key: None,
            base_url: BASE_URL.to_owned(),
            allow_insecure: false,
            organization: None,
            state: Arc::default(),
        }
    }

    /// The API key. It is sent in one header, and shown nowhere.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Key::new(key.into()));
        self.anew()
    }

    /// Where the server is, up to and without `/chat/completions`: `http://127.0.0.1:8080/v1`.
    ///
    /// The key goes there.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self.anew()
    }

    /// Allows plain `http` to another machine, where anyone on the way can read key and prompts.
    #[must_use]
    pub fn allow_insecure(mut self) -> Self {
        self.allow_insecure = true;
        self.anew()
    }

    /// The organization that pays.
    #[must_use]
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self.anew()
    }

    fn anew(mut self) -> Self {
        self.state = Arc::default();
        self
    }

    fn endpoint(&self) -> Result<Endpoint, ConfigError> {
        Endpoint::new(
            &self.base_url,
            &["chat", "completions"],
            self.allow_insecure,
        )
    }

    fn ready(&self) -> Result<&Ready, ConfigError> {
        let prepare = || {
            let endpoint = self.endpoint()?;
            let client = http::client(&endpoint)?;
            self.prepare(endpoint, Arc::new(client))
        };
        self.state
            .ready
            .get_or_init(prepare)
            .as_ref()
            .map_err(Clone::clone)
    }

    fn prepare(
        &self,
        endpoint: Endpoint,
        transport: Arc<dyn Transport>,
    ) -> Result<Ready, ConfigError> {
        let capabilities = capabilities(&endpoint.name, &self.model);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            key.check()?;
            let (name, scheme) = match capabilities.key {
                KeyHeader::Bearer => (AUTHORIZATION, "Bearer "),
                KeyHeader::ApiKey => (API_KEY, ""),
            };
            headers.extend(key.header(scheme).map(|value| (name, value)));
        } else if endpoint.name == OPENAI_HOST {
            return Err(ConfigError::Key {
                problem: "there is none, and OpenAI needs one; give it with `.key(…)`",
            });
        }
        if let Some(id) = &self.organization {
            let id = HeaderValue::try_from(id.as_str()).map_err(|_| ConfigError::Organization)?;
            headers.insert(ORGANIZATION, id);
        }
        Ok(Ready {
            endpoint,
            headers,
            capabilities,
            transport,
        })
    }

    async fn attempt(&self, request: &Request) -> Result<Response, ProviderError> {
        let ready = self
            .ready()
            .map_err(|error| ProviderError::new(NAME, Failure::Config(error)))?;
        telemetry::server(
            &ready.endpoint.name,
            ready.endpoint.url.port_or_known_default(),
        );
        let parameters = self.parameters(request, &ready.capabilities);
        let mut headers = ready.headers.clone();
        // Not an idempotency key: a re-ask has the same id and must not be given the same answer.
        let id = HeaderValue::try_from(request.id.as_str()).ok();
        headers.extend(
            id.filter(|id| !id.is_empty())
                .map(|id| (CLIENT_REQUEST_ID, id)),
        );
        let post = Post {
            url: ready.endpoint.url.clone(),
            headers,
            body: encode::body(&self.model, request, &ready.capabilities, parameters),
        };
        let outcome = match ready.transport.post(post).await {
            Ok(reply) => decode::reply(&reply, self.key.as_ref()).map_err(|mut error| {
                error.adapted = self.learn(&reply, parameters, &ready.capabilities);
                error
            }),
            Err(error) => Err(self.not_answered(error)),
        };
        outcome.map_err(|mut error| {
            error.host = Some(ready.endpoint.host());
            error
        })
    }

    fn not_answered(&self, error: TransportError) -> ProviderError {
        let (kind, cause) = match error {
            TransportError::NotSent(cause) => (Failure::Connect, cause),
            TransportError::Interrupted(cause) => (Failure::Interrupted, cause),
            TransportError::TooLarge => {
                return ProviderError::new(NAME, Failure::ReplyTooLarge { limit: REPLY_LIMIT });
            }
        };
        ProviderError::new(NAME, kind).with_detail(without_keys(&cause, self.key.as_ref()))
    }

    /// The request's parameters, as far as and under the name that the model takes them.
    fn parameters(&self, request: &Request, capabilities: &Capabilities) -> Parameters {
        let learnt = &self.state.learnt;
        let takes_temperature =
            capabilities.sampling && !learnt.no_temperature.load(Ordering::Relaxed);
        let dropped = request.temperature.is_some() && !takes_temperature;
        if dropped && !learnt.warned_of_temperature.swap(true, Ordering::Relaxed) {
            telemetry::temperature_dropped(&self.model);
        }
        let tells_logprobs = self.tells_logprobs(capabilities);
        let dropped = request.logprobs && !tells_logprobs;
        if dropped && !learnt.warned_of_logprobs.swap(true, Ordering::Relaxed) {
            telemetry::logprobs_dropped(&self.model);
        }
        let name = if learnt.other_max_tokens.load(Ordering::Relaxed) {
            capabilities.max_tokens.other()
        } else {
            capabilities.max_tokens
        };
        Parameters {
            temperature: request.temperature.filter(|_| takes_temperature),
            max_tokens: request.max_tokens.map(|limit| (name, limit)),
            logprobs: request.logprobs && tells_logprobs,
        }
    }

    /// Whether the model tells how likely its tokens were, as far as it is known by now.
    fn tells_logprobs(&self, capabilities: &Capabilities) -> bool {
        capabilities.logprobs && !self.state.learnt.no_logprobs.load(Ordering::Relaxed)
    }

    /// Whether the next request will leave out, or name otherwise, what `reply` refused.
    fn learn(&self, reply: &Reply, sent: Parameters, capabilities: &Capabilities) -> bool {
        let learnt = &self.state.learnt;
        let (flag, sent) = match rejection::unsupported(reply.status, &reply.body) {
            Some(Unsupported::Temperature) => (&learnt.no_temperature, sent.temperature.is_some()),
            Some(Unsupported::MaxTokens) => (
                &learnt.other_max_tokens,
                sent.max_tokens
                    .is_some_and(|(name, _)| name == capabilities.max_tokens),
            ),
            Some(Unsupported::Logprobs) => (&learnt.no_logprobs, sent.logprobs),
            None => return false,
        };
        if sent {
            flag.store(true, Ordering::Relaxed);
        }
        sent
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        NAME
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn profile(&self) -> Profile {
        let Ok(ready) = self.ready() else {
            return Profile::default();
        };
        Profile {
            logprobs: self.tells_logprobs(&ready.capabilities),
            ..ready.capabilities.profile()
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.ready().map(drop)
    }

    fn call<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Response, ProviderError>> {
        Box::pin(self.attempt(request))
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.endpoint().map(|endpoint| endpoint.host());
        f.debug_struct("OpenAi")
            .field("host", &host.as_deref().unwrap_or("none"))
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
