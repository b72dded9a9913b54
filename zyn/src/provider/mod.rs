//! Who answers: the [`Provider`] trait, what it is asked and what it gives, and a provider for each API.
//!
//! One API each: a request becomes bytes, bytes become an outcome. What most programs need is at the root of the crate too.

mod ability;
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
mod remaining;
#[cfg(feature = "http")]
mod remote;
mod request;
mod response;
mod shared;
#[cfg(feature = "http")]
mod spoken;
mod token;
mod wait;

use std::future::Future;
use std::pin::Pin;

pub use ability::{Accepts, Dialect, Mode, Profile};
#[cfg(feature = "http")]
pub use anthropic::Anthropic;
pub use error::{Class, ConfigError, Failure, ProviderError};
#[cfg(feature = "http")]
pub use gemini::Gemini;
#[cfg(feature = "http")]
pub use ollama::Ollama;
#[cfg(feature = "http")]
pub use openai::OpenAi;
pub use remaining::Remaining;
pub use request::{Request, WireSchema};
pub use response::Response;
pub use token::Token;
pub use wait::Wait;

/// How many parts of a request a provider can learn to leave out, each with a repeat beside the retries.
pub(crate) const PARTS: u32 = 13;

/// A boxed future, as object-safe async traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Speaks to one API.
///
/// Implemented by [`OpenAi`], [`Anthropic`], [`Gemini`] and
/// [`Ollama`], by the fakes in [`testing`](crate::testing), by anyone who has another API to speak to, and
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

    /// The server that answers, by its address, where there may be several that call different models by one name; else
    /// empty. It is not secret. A [`Cache`](crate::policy::Cache) tells their answers apart by it.
    fn server(&self) -> &str {
        ""
    }

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
