//! LLM pipelines that the compiler checks.
//!
//! Types say what a model must answer, [`workflow!`] says in which steps it is asked, and all steps of a run share one
//! transactional [`Session`]. What can be wrong before a token is paid for is a compile error at your own token; what
//! can be wrong afterwards is a typed [`Error`], with nothing half-written into the conversation.
//!
//! Start here:
//!
//! - [`workflow!`]: steps, branches, prompts; a [`Run`] and its [`Graph`];
//! - [`Extract`] and [`Classify`]: what a model can be asked for;
//! - [`Session`] and [`Transaction`]: the conversation;
//! - [`Llm`] and [`OpenAi`]: who is asked, with which patience, and what was spent;
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
//! | `openai` | yes | [`OpenAi`], `Llm::from_env`, HTTP and TLS |
//!
//! `serde_json/preserve_order` is on wherever zyn is used: property order is declaration order, because models fill
//! fields in order.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod error;
mod llm;
pub mod prelude;
mod provider;
mod reply;
mod schema;
mod session;
mod synapse;
mod telemetry;
pub mod testing;
mod verb;
mod workflow;

pub use error::{Error, ErrorKind, Excerpt};
pub use llm::{Llm, Spend};
#[cfg(feature = "openai")]
pub use provider::OpenAi;
pub use provider::{
    BoxFuture, Class, ConfigError, Dialect, Failure, Profile, Provider, ProviderError, Request,
    Response, WireSchema,
};
pub use reply::{Repair, Violation};
pub use schema::{Rewrite, Rewritten, Schema, SchemaError, Verdict};
pub use session::{Block, History, Message, Role, Session, SessionError, Transaction, Usage};
pub use synapse::{
    Answer, Classify, Confidence, Conversation, Extract, Input, Instruction, Label, Mode, Options,
    StepCall, StepRecord, Synapse, ToPrompt, classify, extract, transform,
};
pub use verb::Verb;
pub use workflow::{
    ArmInfo, BranchInfo, Engine, Event, Graph, Report, Run, Step, StepFn, StepInfo, StepReport,
    verbs,
};
#[doc = include_str!("workflow/workflow.md")]
pub use zyn_macros::workflow;
pub use zyn_macros::{Classify, Extract};

/// The crate that derives and describes JSON Schema, for code without the [`prelude`].
pub use schemars;
