//! zyn: LLM pipelines that the compiler checks.

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
pub use zyn_macros::{Classify, Extract, workflow};

/// The crate that derives and describes JSON Schema, for code without the [`prelude`].
pub use schemars;
