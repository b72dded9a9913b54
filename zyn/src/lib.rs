//! zyn: LLM pipelines that the compiler checks.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

mod error;
mod llm;
mod provider;
mod reply;
mod schema;
mod session;
mod telemetry;
pub mod testing;
mod verb;

pub use error::{Error, ErrorKind, Excerpt};
pub use llm::{Llm, Spend};
#[cfg(feature = "openai")]
pub use provider::OpenAi;
pub use provider::{
    BoxFuture, Class, ConfigError, Dialect, Failure, Profile, Provider, ProviderError, Request,
    Response, WireSchema,
};
pub use reply::Violation;
pub use schema::SchemaError;
pub use session::{History, Message, Role, SessionError, Usage};
pub use verb::Verb;
