//! LLM pipelines that the compiler checks.
//!
//! Types say what a model must answer, [`workflow!`] says in which steps it is asked, and all steps of a run share one
//! transactional [`Session`]. What can be wrong before a token is paid for is a compile error at your own token; what
//! can be wrong afterwards is a typed [`Error`], with nothing half-written into the conversation.
//!
//! Start here:
//!
//! - [`workflow!`]: steps, branches, prompts; a [`Run`] and its [`graph`];
//! - [`extract`], [`classify`], [`binary`], [`rank`], [`sentiment`](fn@sentiment), [`transform`], [`analyze`],
//!   [`convert`]: the eight operations, each a [`Synapse`] to keep and to fire;
//! - [`Synapse::stream`]: an answer that is read while it is written;
//! - [`Extract`] and [`Classify`]: what a model can be asked for;
//! - [`Media`]: images and PDFs as inputs;
//! - [`Session`], [`Transaction`], [`SharedSession`] and [`Window`]: the conversation, with a [`guide`];
//! - [`store`]: where sessions are kept, so that several programs share them;
//! - [`Llm`], and [`OpenAi`], [`Anthropic`], [`Gemini`], [`Ollama`]: who is asked, with which patience, and what was
//!   spent; [`cost`] makes dollars of it;
//! - [`testing`]: all of it without a model.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
//! use zyn::prelude::*;
//! use zyn::testing::Scripted;
//!
//! #[derive(Debug, Deserialize, JsonSchema, Extract)]
//! struct Customer {
//!     name: String,
//!     /// The problem, in one sentence.
//!     issue: String,
//! }
//!
//! workflow!(
//!     /// Answer a support ticket.
//!     pub async fn answer(ticket: &str) -> String {
//!         let customer = extract::<Customer>("The customer and their problem", ticket);
//!         let reply = transform("Write a short, helpful reply", "{customer.name}: {customer.issue}");
//!         reply
//!     }
//! );
//!
//! let llm = Llm::new(Scripted::new([
//!     r#"{"name":"Ada Wong","issue":"The heating is out."}"#,
//!     "Dear Ada Wong, a colleague will call you today.",
//! ]));
//! let mut session = Session::new();
//! let reply = answer("My heating is out. Ada Wong").run(&llm, &mut session).await?;
//! assert_eq!(reply, "Dear Ada Wong, a colleague will call you today.");
//! assert_eq!(session.len(), 4); // all of it, or none
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `http` | yes | the providers, `Llm::from_env`, HTTP and TLS |
//! | `sqlite` | no | `store::SqliteStore`; SQLite is compiled in |
//! | `postgres` | no | `store::PostgresStore`; asks for Rust 1.94 |
//!
//! `serde_json/preserve_order` is on wherever zyn is used: property order is declaration order, because models fill
//! fields in order.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod batch;
mod clock;
pub mod cost;
pub mod dry_run;
mod error;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod graph;
#[doc = include_str!("session/sessions.md")]
pub mod guide {}
pub mod input;
mod llm;
#[cfg(test)]
mod numbers;
pub mod policy;
pub mod prelude;
pub mod provider;
pub mod refusal;
pub mod repair;
mod reply;
pub mod schema;
pub mod sentiment;
mod session;
pub mod step;
pub mod stream;
mod synapse;
mod telemetry;
pub mod testing;
mod verb;
pub mod window;
mod workflow;

pub use cost::Budget;
pub use error::{Error, ErrorKind};
pub use llm::{Llm, Spend};
#[cfg(feature = "http")]
pub use provider::{Anthropic, Gemini, Ollama, OpenAi};
pub use provider::{
    BoxFuture, ConfigError, Failure, Mode, Profile, Provider, ProviderError, Request, Response,
};
pub use reply::{Repair, Violation};
pub use session::store;
pub use session::{
    Block, Branch, Conflict, History, Media, Message, Role, Session, SessionError, SharedSession,
    Transaction, Usage, Window,
};
pub use synapse::{
    Analysis, Answer, Classify, Confidence, Conversation, Extract, Input, Instruction, Label,
    Labels, Options, Sentiment, StepCall, StepRecord, Streaming, Synapse, ToPrompt, analyze,
    binary, classify, classify_among, convert, extract, rank, sentiment, transform,
};
pub use verb::Verb;
pub use workflow::{Batch, Engine, Event, Report, Run, Step, StepFn, StepReport, batch, verbs};
#[doc = include_str!("workflow/workflow.md")]
pub use zyn_macros::workflow;
pub use zyn_macros::{Classify, Extract};

/// The crate that derives and describes JSON Schema, for code without the [`prelude`].
pub use schemars;
