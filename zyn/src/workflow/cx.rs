//! The handle that a running body has on its run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Instrument;

use super::engine::{Engine, StepFn};
use super::graph::{Graph, StepInfo};
use super::report::{Event, StepReport};
use super::step::Step;
use crate::error::{Error, ErrorKind};
use crate::llm::{Llm, clock};
use crate::provider::BoxFuture;
use crate::session::{Draft, Message};
use crate::synapse::{Fired, StepRecord, ask};
use crate::telemetry;

/// Hears what happens in a run.
pub(super) type Listener<'wf> = Arc<dyn Fn(&Event) + Send + Sync + 'wf>;

/// The running workflow, as its body sees it. Owned by the run; a body cannot keep it.
pub struct Cx<'wf> {
    shared: Arc<Shared<'wf>>,
}

struct Shared<'wf> {
    graph: &'static Graph,
    llm: Llm,
    engine: Option<Arc<dyn Engine>>,
    listener: Option<Listener<'wf>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    draft: Draft,
    reports: Vec<StepReport>,
}

impl<'wf> Cx<'wf> {
    pub(super) fn new(
        graph: &'static Graph,
        llm: Llm,
        engine: Option<Arc<dyn Engine>>,
        listener: Option<Listener<'wf>>,
        draft: Draft,
    ) -> Self {
        let state = Mutex::new(State {
            draft,
            reports: Vec::new(),
        });
        Self {
            shared: Arc::new(Shared {
                graph,
                llm,
                engine,
                listener,
                state,
            }),
        }
    }

    pub(super) fn share(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Runs the step that stands at `index` of the graph.
    ///
    /// # Errors
    ///
    /// Those of the step; none of its messages is kept.
    pub async fn step<T: 'static>(&self, index: usize, step: Step<T>) -> Result<T, Error> {
        let info = self
            .shared
            .graph
            .steps
            .get(index)
            .ok_or_else(|| ErrorKind::Engine {
                problem: format!(
                    "the graph has no step {index}; zyn and zyn-macros are of different versions"
                ),
            })?;
        let fired = step.synapse.parts(info.id, step.input);
        let ran = self.run(info, fired).await;
        ran.and_then(|record| step.synapse.restore(&record))
            .map_err(|error| error.at_step(info.id))
    }

    /// Runs a step whose type is left behind: compiled once, whatever the workflows.
    fn run(
        &self,
        info: &'static StepInfo,
        fired: Result<Fired, Error>,
    ) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let span = telemetry::step(info.id, info.verb);
        let run = async move {
            self.tell(&Event::StepStarted {
                id: info.id,
                verb: info.verb,
            });
            let start = clock::now();
            let outcome = match fired {
                Ok(fired) => self.carry_out(fired).await,
                Err(error) => Err(error),
            };
            let report = report(info, clock::now() - start, &outcome);
            {
                let mut state = self.state();
                if let Ok(record) = &outcome {
                    state
                        .draft
                        .append_turn(record.turn.iter().cloned(), record.usage);
                }
                state.reports.push(report.clone());
            }
            self.tell(&Event::StepFinished(report));
            outcome
        };
        Box::pin(run.instrument(span))
    }

    /// Asks the engine, or carries the step out where it stands.
    async fn carry_out(&self, fired: Fired) -> Result<StepRecord, Error> {
        let Fired { call, reader } = fired;
        let (llm, history) = (
            self.shared.llm.clone(),
            self.state().draft.history().clone(),
        );
        let (asked, prompt) = (call.clone(), call.prompt.clone());
        let exec: StepFn =
            Box::new(move || Box::pin(async move { ask(&asked, &*reader, history, &llm).await }));
        match &self.shared.engine {
            Some(engine) => engine
                .step(call, exec)
                .await
                .and_then(|record| of_this_step(record, &prompt)),
            None => exec().await,
        }
    }

    /// The draft and the reports; what is left behind is empty.
    pub(super) fn finish(&self) -> (Draft, Vec<StepReport>) {
        let State { draft, reports } = std::mem::take(&mut *self.state());
        (draft, reports)
    }

    fn tell(&self, event: &Event) {
        if let Some(listener) = &self.shared.listener {
            listener(event);
        }
    }

    /// No code of a user's runs under this lock, so a panic cannot leave half a change behind it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A record that an engine gives back is the step's own only if it answers the step's own prompt.
fn of_this_step(record: StepRecord, prompt: &Message) -> Result<StepRecord, Error> {
    match record.turn.as_slice() {
        [asked, answer] if asked == prompt && answer.text() == record.answer => Ok(record),
        _ => Err(ErrorKind::Engine {
            problem: "its record answers another prompt; run the workflow anew, without it"
                .to_owned(),
        }
        .into()),
    }
}

fn report(
    info: &StepInfo,
    elapsed: std::time::Duration,
    outcome: &Result<StepRecord, Error>,
) -> StepReport {
    let (attempts, usage, mode, repairs, error) = match outcome {
        Ok(record) => (
            record.attempts,
            record.spent,
            Some(record.mode),
            record.repairs.clone(),
            None,
        ),
        Err(error) => (
            error.attempts(),
            error.usage(),
            None,
            Vec::new(),
            Some(error.to_string()),
        ),
    };
    StepReport {
        id: info.id,
        verb: info.verb,
        elapsed,
        attempts,
        usage,
        mode,
        repairs,
        error,
    }
}
