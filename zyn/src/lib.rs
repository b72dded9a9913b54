//! zyn: LLM pipelines that the compiler checks.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

mod error;
mod provider;
mod reply;
mod schema;
mod session;
mod verb;

pub use error::{Error, ErrorKind, Excerpt};
pub use provider::{
    BoxFuture, Class, ConfigError, Dialect, Failure, Profile, Provider, ProviderError, Request,
    Response, WireSchema,
};
pub use reply::{Repair, Violation};
pub use schema::{Rewrite, Rewritten, Schema, SchemaError, Verdict};
pub use session::{History, Message, SessionError, Usage};
pub use verb::Verb;

pub use schemars;
