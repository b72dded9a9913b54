//! The seam that makes a run journalable anywhere.

use crate::error::Error;
use crate::provider::BoxFuture;
use crate::synapse::{StepCall, StepRecord};

/// Runs a step, or says what came of it when it ran before.
///
/// Without one ([`Run::engine`](crate::Run::engine)) a run carries its steps out where it stands. An engine that keeps
/// records gets each step as owned data and a function that carries it out: it calls the function, keeps the record and
/// returns it; or it returns the record it has, and the step is not paid again. The workflow's code is the same on all.
///
/// A record is of an answer that was accepted. A step that failed has none, though an `else` went on behind it: a
/// repeated run asks it anew, and if it is answered then, goes another way than the first did. Neither a `call` nor other
/// Rust between the steps is recorded.
///
/// # Examples
///
/// An engine that remembers:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
///
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
/// use zyn::{BoxFuture, Engine, StepCall, StepFn, StepRecord};
///
/// #[derive(Default)]
/// struct Memory(Mutex<HashMap<String, StepRecord>>);
///
/// impl Engine for Memory {
///     fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, zyn::Error>> {
///         Box::pin(async move {
///             let known = self.0.lock().unwrap().get(&call.id).cloned();
///             if let Some(record) = known {
///                 return Ok(record);
///             }
///             let record = exec().await?;
///             self.0.lock().unwrap().insert(call.id, record.clone());
///             Ok(record)
///         })
///     }
/// }
///
/// workflow!(
///     async fn polite(text: &str) -> String {
///         let polite = transform("Make it polite", text);
///         polite
///     }
/// );
///
/// let memory = Arc::new(Memory::default());
/// let llm = Llm::new(Scripted::new(["Could you tell me where my parcel is?"]));
/// let mut session = Session::new();
/// let first = polite("WHERE IS MY PARCEL").engine(memory.clone()).run(&llm, &mut session).await?;
/// let again = polite("WHERE IS MY PARCEL").engine(memory).run(&llm, &mut Session::new()).await?;
/// assert_eq!(first, again);
/// assert_eq!(llm.spend().attempts, 1);
/// # Ok(()) }
/// ```
pub trait Engine: Send + Sync {
    /// Runs `call` by calling `exec`, or returns the record of an earlier run of the same step.
    ///
    /// # Errors
    ///
    /// Those of `exec`, as they are; [`ErrorKind::Engine`](crate::ErrorKind::Engine) for those of the engine.
    fn step(&self, call: StepCall, exec: StepFn) -> BoxFuture<'_, Result<StepRecord, Error>>;
}

/// Carries a step out. It owns all that it needs.
pub type StepFn = Box<dyn FnOnce() -> BoxFuture<'static, Result<StepRecord, Error>> + Send>;
