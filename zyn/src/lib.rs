//! zyn: LLM pipelines that the compiler checks.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod error;
pub mod prelude;
mod provider;
mod reply;
mod schema;
mod session;
mod synapse;
mod verb;

pub use error::{Error, ErrorKind, Excerpt};
pub use provider::{
    BoxFuture, Class, ConfigError, Dialect, Failure, Profile, Provider, ProviderError, Request,
    Response, WireSchema,
};
pub use reply::Violation;
pub use schema::SchemaError;
pub use session::{History, Message, SessionError, Usage};
pub use synapse::{Classify, Extract, Label, ToPrompt};
pub use verb::Verb;
pub use zyn_macros::{Classify, Extract};

/// The crate that derives and describes JSON Schema, for code without the [`prelude`].
pub use schemars;
