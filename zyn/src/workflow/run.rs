//! One execution of a workflow.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout_at;
use tracing::Instrument;

use super::cx::{Cx, Listener, Shared};
use super::engine::Engine;
use super::graph::Graph;
use super::report::{Event, Report, StepReport};
use crate::clock;
use crate::cost::Budget;
use crate::error::Error;
use crate::llm::Llm;
use crate::provider::BoxFuture;
use crate::session::{Session, cache_key};
use crate::synapse::Deadline;
use crate::telemetry;

/// A workflow with its inputs, before it runs. A plain value: it can be kept, sent to a task, or dropped for nothing.
///
/// A run is all or nothing: after it, the session has the messages of all its steps, or it is as it was; so too after an
/// error, a panic, a timeout, or when the future is dropped.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
/// use zyn::prelude::*;
/// use zyn::testing::Scripted;
///
/// workflow!(
///     /// Translate there and back again.
///     async fn back(text: &str) -> String {
///         let french = transform("Translate into French", text);
///         let english = transform("Translate into English", &french);
///         english
///     }
/// );
///
/// let llm = Llm::new(Scripted::new(["Bonjour", "Good day"]));
/// let mut session = Session::new();
/// assert_eq!(back("Hello").run(&llm, &mut session).await?, "Good day");
/// assert_eq!(session.len(), 4);
/// # Ok(()) }
/// ```
#[must_use = "a workflow does nothing until it is run"]
pub struct Run<'wf, T, E = Error> {
    graph: &'static Graph,
    body: Body<'wf, T, E>,
    engine: Option<Arc<dyn Engine>>,
    listener: Option<Listener<'wf>>,
    budget: Option<Budget>,
    timeout: Option<Timeout<E>>,
    streamed: bool,
}

/// How long a run may take, and how the error of a run that took longer becomes its own.
struct Timeout<E> {
    limit: Duration,
    error: fn(Error) -> E,
}

pub(super) type Body<'wf, T, E> =
    Box<dyn FnOnce(Cx<'wf>) -> BoxFuture<'wf, Result<T, E>> + Send + 'wf>;

impl<'wf, T, E> Run<'wf, T, E> {
    /// What the expansion of `workflow!` makes.
    #[doc(hidden)]
    pub fn new(graph: &'static Graph, body: Body<'wf, T, E>) -> Self {
        Self {
            graph,
            body,
            engine: None,
            listener: None,
            budget: None,
            timeout: None,
            streamed: false,
        }
    }

    /// The workflow's graph.
    pub fn graph(&self) -> &'static Graph {
        self.graph
    }

    /// Tells `listener` what happens. It is called between the awaits of the run, so it should be quick.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use std::sync::Mutex;
    ///
    /// use zyn::Event;
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    ///
    /// workflow!(
    ///     async fn shout(text: &str) -> String {
    ///         let loud = transform("Write it in capitals", text);
    ///         loud
    ///     }
    /// );
    ///
    /// let ended = Mutex::new(Vec::new());
    /// let llm = Llm::new(Scripted::new(["HELLO"]));
    /// let run = shout("hello").on_event(|event| {
    ///     if let Event::StepFinished(step) = event {
    ///         ended.lock().unwrap().push((step.id.to_string(), step.attempts));
    ///     }
    /// });
    /// run.run(&llm, &mut Session::new()).await?;
    /// assert_eq!(*ended.lock().unwrap(), [("loud".to_owned(), 1)]);
    /// # Ok(()) }
    /// ```
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'wf) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Asks every step as a stream, so that the listener of [`on_event`](Self::on_event) hears what its model writes while
    /// it writes; for whoever watches a run. What is told may yet be asked again
    /// ([`Event::StepAgain`](crate::Event::StepAgain)).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), zyn::Error> {
    /// use std::sync::Mutex;
    ///
    /// use zyn::Event;
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    ///
    /// workflow!(
    ///     async fn shout(text: &str) -> String {
    ///         let loud = transform("Write it in capitals", text);
    ///         loud
    ///     }
    /// );
    ///
    /// let heard = Mutex::new(Vec::new());
    /// let llm = Llm::new(Scripted::new(["HELLO WORLD"]));
    /// let run = shout("hello world").streamed().on_event(|event| {
    ///     if let Event::StepText { text, .. } = event {
    ///         heard.lock().unwrap().push(text.clone());
    ///     }
    /// });
    /// run.run(&llm, &mut Session::new()).await?;
    /// assert_eq!(*heard.lock().unwrap(), ["HELLO ", "WORLD"]);
    /// # Ok(()) }
    /// ```
    pub fn streamed(mut self) -> Self {
        self.streamed = true;
        self
    }

    /// Runs the steps on `engine`, which may know what came of some of them.
    pub fn engine(mut self, engine: Arc<dyn Engine>) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Limits what the run may spend; a call that would need more fails before it is made. A budget that is lent is shared
    /// with whoever else has it.
    pub fn budget(mut self, budget: impl Into<Budget>) -> Self {
        self.budget = Some(budget.into());
        self
    }

    /// Limits how long the run may take, whatever its steps may: each has what is left of it at most. Then it fails with
    /// [`ErrorKind::Deadline`](crate::ErrorKind::Deadline), and the session is as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
    /// use std::time::Duration;
    ///
    /// use zyn::ErrorKind;
    /// use zyn::prelude::*;
    /// use zyn::testing::Scripted;
    ///
    /// workflow!(
    ///     async fn shout(text: &str) -> String {
    ///         tokio::time::sleep(Duration::from_secs(60)).await;
    ///         let loud = transform("Write it in capitals", text);
    ///         loud
    ///     }
    /// );
    ///
    /// let llm = Llm::new(Scripted::new(["HELLO"]));
    /// let run = shout("hello").timeout(Duration::from_secs(5));
    /// let error = run.run(&llm, &mut Session::new()).await.unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Deadline { .. }));
    /// # }
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self
    where
        E: From<Error>,
    {
        self.timeout = Some(Timeout {
            limit,
            error: E::from,
        });
        self
    }

    /// Runs it on `session`.
    ///
    /// # Errors
    ///
    /// The first failed step's [`Error`] (as `E`), or what the body returns. The session is as it was; what was paid is
    /// in [`Llm::spend`].
    pub async fn run(self, llm: &Llm, session: &mut Session) -> Result<T, E> {
        self.run_detailed(llm, session).await.0
    }

    /// Runs it like [`run`](Self::run) and reports on each step, on success and on failure.
    pub async fn run_detailed(self, llm: &Llm, session: &mut Session) -> (Result<T, E>, Report) {
        let start = clock::now();
        let deadline = self.timeout.as_ref().map(|it| Deadline::after(it.limit));
        let budgets = self.budget.into_iter();
        let shared = Shared {
            llm: llm.clone(),
            engine: self.engine,
            listener: self.listener,
            budgets: budgets.chain(session.budget().cloned()).collect(),
            deadline,
            streamed: self.streamed,
            conversation: cache_key(session.id()),
            rehearsal: false,
            state: Mutex::default(),
        };
        let cx = Cx::new(self.graph, shared, session);
        let span = telemetry::run(self.graph.name);
        let body = (self.body)(cx.share()).instrument(span);
        let result = match deadline.zip(self.timeout) {
            None => body.await,
            Some((deadline, timeout)) => {
                let result = timeout_at(deadline.at, body).await;
                // what stands for an answer that did not come in time is none in time
                let is_late = clock::now() >= deadline.at;
                result
                    .ok()
                    .filter(|result| !is_late || result.is_err())
                    .unwrap_or_else(|| Err((timeout.error)(deadline.passed().into())))
            }
        };
        let (draft, steps) = cx.finish();
        let added = draft.added_to(session);
        if result.is_ok() {
            session.commit(draft);
        }
        (
            result,
            Report {
                steps,
                added,
                elapsed: clock::now() - start,
            },
        )
    }

    /// Runs the body with what `engine` makes up, on a copy of `session`; `llm` is the model that steps are rendered for.
    /// Nobody listens, no budget holds, and a window sums nothing up.
    ///
    /// It ends before the first `call`, whose id comes with the reports; else with whether the body ended well.
    pub(super) async fn rehearse(
        self,
        llm: &Llm,
        session: &Session,
        engine: Arc<dyn Engine>,
    ) -> (Vec<StepReport>, Result<bool, Arc<str>>) {
        let shared = Shared {
            llm: llm.clone(),
            engine: Some(engine),
            listener: None,
            budgets: Vec::new(),
            deadline: None,
            streamed: false,
            conversation: cache_key(session.id()),
            rehearsal: true,
            state: Mutex::default(),
        };
        let cx = Cx::new(self.graph, shared, session);
        let mut body = (self.body)(cx.share());
        let end = poll_fn(|task| match (body.as_mut().poll(task), cx.stopped()) {
            // the value is one of answers that were made up
            (Poll::Ready(outcome), _) => Poll::Ready(Ok(outcome.is_ok())),
            (Poll::Pending, Some(stopped)) => Poll::Ready(Err(stopped)),
            (Poll::Pending, None) => Poll::Pending,
        })
        .await;
        (cx.finish().1, end)
    }

    pub(super) fn into_parts(self) -> (&'static Graph, Body<'wf, T, E>) {
        (self.graph, self.body)
    }
}

impl<T, E> fmt::Debug for Run<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("workflow", &self.graph.name)
            .finish_non_exhaustive()
    }
}

/// What a return type `Result<T, E>` says, whatever it is called where the workflow is written.
pub trait IsResult {
    /// `T`.
    type Value;
    /// `E`.
    type Error;
}

impl<T, E> IsResult for Result<T, E> {
    type Value = T;
    type Error = E;
}
