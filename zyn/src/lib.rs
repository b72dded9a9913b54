//! zyn: LLM pipelines that the compiler checks.

// In doc tests and in this crate's own tests the macros' paths start with `::zyn` too.
extern crate self as zyn;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod error;
mod llm;
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
pub use provider::{
    BoxFuture, Class, ConfigError, Dialect, Failure, Profile, Provider, ProviderError, Request,
    Response, WireSchema,
};
pub use reply::{Repair, Violation};
pub use schema::{Schema, SchemaError};
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
pub use zyn_macros::workflow;

/// What a program with workflows needs: `use zyn::prelude::*;`.
pub mod prelude {
    pub use crate::{Classify, Extract, Llm, Session, ToPrompt, workflow};
    pub use schemars::{self, JsonSchema};
    pub use serde::{Deserialize, Serialize};
}
