//! The handle that a running body has on its run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Instrument;

use super::engine::{Engine, StepFn};
use super::graph::{Graph, StepInfo};
use super::report::{Event, StepReport};
use super::step::Step;
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::provider::BoxFuture;
use crate::session::{Draft, History, Message, Session, Window};
use crate::synapse::{Fired, Reader, StepCall, StepRecord, ask};
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
    window: Option<Window>,
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
        session: &Session,
    ) -> Self {
        let state = Mutex::new(State {
            draft: session.draft(),
            reports: Vec::new(),
        });
        Self {
            shared: Arc::new(Shared {
                graph,
                llm,
                engine,
                listener,
                window: session.window().cloned(),
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
    pub async fn step<T: 'static, I: Clone + Send + 'static>(
        &self,
        index: usize,
        step: Step<T, I>,
    ) -> Result<T, Error> {
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
        let value = match step.synapse.asked(info.id, step.input) {
            Ok(Fired { call, typed }) => self
                .run(info, call, Arc::clone(&typed) as Arc<dyn Reader>)
                .await
                .and_then(|record| typed.restore(&record.answer)),
            Err(error) => Err(self.refused(info, error)),
        };
        value.map_err(|error| error.at_step(info.id))
    }

    /// Runs a step whose type is left behind: compiled once, whatever the workflows.
    fn run(
        &self,
        info: &'static StepInfo,
        call: StepCall,
        reader: Arc<dyn Reader>,
    ) -> BoxFuture<'_, Result<StepRecord, Error>> {
        let span = telemetry::step(info.id, info.verb);
        let run = async move {
            self.started(info);
            let start = clock::now();
            let outcome = self.carry_out(call, reader).await;
            if let Ok(record) = &outcome {
                record.enter(&mut self.state().draft);
            }
            let elapsed = clock::now() - start;
            self.finished(report(info, &self.shared.llm, elapsed, outcome.as_ref()));
            outcome
        };
        Box::pin(run.instrument(span))
    }

    /// Reports a step that cannot be asked for.
    fn refused(&self, info: &'static StepInfo, error: Error) -> Error {
        telemetry::step(info.id, info.verb).in_scope(|| {
            self.started(info);
            self.finished(report(info, &self.shared.llm, Duration::ZERO, Err(&error)));
        });
        error
    }

    fn started(&self, info: &'static StepInfo) {
        self.tell(&Event::StepStarted {
            id: info.id,
            verb: info.verb,
        });
    }

    fn finished(&self, report: StepReport) {
        self.state().reports.push(report.clone());
        self.tell(&Event::StepFinished(report));
    }

    /// Asks the engine, or carries the step out where it stands.
    async fn carry_out(
        &self,
        call: StepCall,
        reader: Arc<dyn Reader>,
    ) -> Result<StepRecord, Error> {
        let (llm, window) = (self.shared.llm.clone(), self.shared.window.clone());
        let history = self.state().draft.history().clone();
        let (asked, prompt, before) = (call.clone(), call.prompt.clone(), history.clone());
        let reads = Arc::clone(&reader);
        let exec: StepFn = Box::new(move || {
            Box::pin(async move { ask(&asked, &*reads, history, window.as_ref(), &llm).await })
        });
        let Some(engine) = &self.shared.engine else {
            return exec().await;
        };
        let asked = call.clone();
        let record = engine.step(call, exec).await?;
        let record = of_this_step(record, &prompt, &before)?;
        reader.check(&record, &asked)?;
        Ok(record)
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

/// A record that an engine gives back is the step's own only if it answers the step's own prompt, and if what fell out
/// before it is in the history.
fn of_this_step(
    record: StepRecord,
    prompt: &Message,
    history: &History,
) -> Result<StepRecord, Error> {
    let windowed = record.window.as_ref();
    let fits = windowed.is_none_or(|it| it.fits(history));
    match record.turn.as_slice() {
        [asked, answer] if fits && asked == prompt && answer.text() == record.answer => Ok(record),
        _ => Err(ErrorKind::Engine {
            problem: "its record answers another prompt or conversation; run the workflow anew, without it"
                .to_owned(),
        }
        .into()),
    }
}

fn report(
    info: &StepInfo,
    llm: &Llm,
    elapsed: Duration,
    outcome: Result<&StepRecord, &Error>,
) -> StepReport {
    let failed = outcome.err();
    let attempts = outcome.map_or_else(Error::attempts, |record| record.attempts);
    let spent = outcome.map_or_else(Error::usage, |record| record.spent);
    let asked = asked(outcome, llm);
    let record = outcome.ok();
    StepReport {
        id: info.id,
        verb: info.verb,
        elapsed,
        attempts,
        usage: record.and_then(|it| it.usage),
        spent,
        asked,
        mode: record.map(|it| it.mode),
        repairs: record.map(|it| it.repairs.clone()).unwrap_or_default(),
        confidence: record.map(|it| it.confidence).unwrap_or_default(),
        reasoning: record.and_then(|it| it.reasoning.clone()),
        runner_up: record.and_then(|it| it.runner_up.clone()),
        window: match record {
            Some(record) => record.window.clone(),
            None => failed.and_then(Error::window).cloned(),
        },
        error: failed.map(ToString::to_string),
    }
}

/// The model that a step's attempts went to: for a replayed one, what its record says.
fn asked(outcome: Result<&StepRecord, &Error>, llm: &Llm) -> Arc<str> {
    let turn = outcome.into_iter().flat_map(|record| &record.turn);
    let name = turn.filter_map(Message::asked).next_back();
    let failed = outcome.err().and_then(Error::model).cloned();
    name.map(Arc::from)
        .or(failed)
        .unwrap_or_else(|| Arc::clone(llm.asked()))
}
