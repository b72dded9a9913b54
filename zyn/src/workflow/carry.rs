//! Carries out what a step asks of a model: one core for all verbs and all workflows.

use std::future::poll_fn;
use std::sync::Arc;

use tracing::Instrument;

use super::cx::Cx;
use super::engine::StepFn;
use super::place::At;
use super::report::StepReport;
use super::step::Step;
use crate::error::{Error, ErrorKind};
use crate::llm::attempt::{self, Log};
use crate::llm::{Grant, Llm};
use crate::provider::BoxFuture;
use crate::session::{Bill, History, Message, Summary, Windowed};
use crate::synapse::{Fired, Reader, StepCall, StepRecord, Talk, Tape, ask};
use crate::telemetry;

/// What a step asks, its type left behind.
pub(super) struct Work {
    pub(super) call: StepCall,
    pub(super) reader: Arc<dyn Reader>,
    /// Who is asked.
    pub(super) llm: Llm,
    /// What it sums up and takes the place of, by the places of the messages; empty if it is a turn of its own.
    pub(super) instead_of: Vec<usize>,
}

impl Cx<'_> {
    /// Runs the step that stands at `index` of the graph.
    ///
    /// # Errors
    ///
    /// Those of the step; none of its messages is kept.
    pub(super) async fn step<T: 'static, I: Clone + Send + 'static>(
        &self,
        index: usize,
        step: Step<T, I>,
        otherwise: bool,
    ) -> Result<T, Error> {
        let Step { synapse, input } = step;
        let mut at = self.at(index, otherwise)?;
        at.otherwise = synapse.otherwise.is_some();
        let llm = self.llm(synapse.llm.as_ref());
        let value = match synapse.asked(&at.id, input) {
            Ok(Fired { mut call, typed }) => {
                if otherwise {
                    call.options.unsure = None;
                }
                let work = Work {
                    call,
                    reader: Arc::clone(&typed) as Arc<dyn Reader>,
                    llm,
                    instead_of: Vec::new(),
                };
                let record = self.carry(&at, work).await;
                record.and_then(|record| typed.restore(&record.answer))
            }
            Err(error) => Err(self.refused(&at, &llm, error)),
        };
        value.or_else(|error| {
            let instead = synapse.instead_of(&error);
            instead.ok_or_else(|| error.at_step(&at.id))
        })
    }

    /// Who is asked: the run's own model, unless a step has one. A rehearsal asks nobody else.
    pub(super) fn llm(&self, own: Option<&Llm>) -> Llm {
        let own = own.filter(|_| !self.shared().rehearsal);
        own.unwrap_or(&self.shared().llm).clone()
    }

    /// Runs a step whose type is left behind: compiled once, whatever the workflows.
    pub(super) fn carry<'a>(
        &'a self,
        at: &'a At,
        work: Work,
    ) -> BoxFuture<'a, Result<StepRecord, Error>> {
        let span = telemetry::step(&at.id, at.verb);
        let run = async move {
            let mut running = self.start(at);
            let (call, llm) = (work.call.clone(), work.llm.clone());
            let instead_of = work.instead_of.clone();
            let outcome = self.carry_out(at, work, running.log(&llm)).await;
            match &outcome {
                Ok(record) if instead_of.is_empty() => {
                    record.enter(&call, &mut self.line().draft());
                }
                Ok(record) => self.replace(instead_of, record),
                Err(error) => self.note_mistake(error),
            }
            running.end(StepReport::of(at, &llm, outcome.as_ref()));
            outcome
        };
        Box::pin(run.instrument(span))
    }

    /// Reports a step that cannot be asked for.
    pub(super) fn refused(&self, at: &At, llm: &Llm, error: Error) -> Error {
        telemetry::step(&at.id, at.verb).in_scope(|| {
            self.note_mistake(&error);
            self.start(at).end(StepReport::of(at, llm, Err(&error)));
        });
        error
    }

    fn note_mistake(&self, error: &Error) {
        if matches!(error.kind(), ErrorKind::Engine { .. }) {
            self.break_off();
        }
    }

    /// Puts a summary in the place of what it sums up.
    fn replace(&self, fell_out: Vec<usize>, record: &StepRecord) {
        let [prompt, answer] = record.turn.as_slice() else {
            return;
        };
        let summary = Summary {
            turn: [prompt.clone(), answer.clone()],
            usage: record.usage,
            spent: record.spent,
            uncounted: record.uncounted,
            attempts: record.attempts,
            bill: {
                let mut bill = Bill::default();
                attempt::charge(&record.log, &mut bill);
                bill
            },
            model: record.model.clone(),
        };
        self.line().draft().apply(&Windowed {
            fell_out,
            summary: Some(Box::new(summary)),
            tokens: 0,
        });
    }

    /// Asks the engine, or carries the step out where it stands.
    async fn carry_out(&self, at: &At, work: Work, log: Log) -> Result<StepRecord, Error> {
        let Work {
            call,
            reader,
            llm,
            instead_of,
        } = work;
        let mut history = self.history();
        let mut window = self.line().window.clone();
        if !instead_of.is_empty() {
            let fallen = instead_of.iter().filter_map(|&place| history.get(place));
            history = fallen.cloned().collect();
            window = None;
        }
        let (asked, prompt, before) = (call.clone(), call.prompt.clone(), history.clone());
        let reads = Arc::clone(&reader);
        let grant = Grant {
            budgets: self.shared().budgets.clone(),
            log,
        };
        let deadline = self.shared().deadline;
        let conversation = Arc::clone(&self.shared().conversation);
        let tape = self.shared().streamed.then(Tape::default);
        let heard = tape.clone();
        let exec: StepFn = Box::new(move || {
            Box::pin(async move {
                let talk = Talk {
                    window: window.as_ref(),
                    tape: heard.as_ref(),
                    grant,
                    deadline,
                    ..Talk::of(conversation, history)
                };
                ask(&asked, &*reads, talk, &llm).await
            })
        });
        let Some(engine) = &self.shared().engine else {
            return self.hearing(at, tape, exec()).await;
        };
        let asked = call.clone();
        let record = self.hearing(at, tape, engine.step(call, exec)).await?;
        let record = of_this_step(record, &prompt, &before)?;
        reader.check(&record, &asked)?;
        Ok(record)
    }
}

impl Cx<'_> {
    /// What `step` comes to; what is heard on its tape meanwhile is told.
    async fn hearing(
        &self,
        at: &At,
        tape: Option<Tape>,
        mut step: BoxFuture<'_, Result<StepRecord, Error>>,
    ) -> Result<StepRecord, Error> {
        let Some(tape) = tape else {
            return step.await;
        };
        poll_fn(|task| {
            let polled = step.as_mut().poll(task);
            self.wrote(at, &tape);
            polled
        })
        .await
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
