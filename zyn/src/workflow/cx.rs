//! The handle that a running body has on its run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::Engine;
use super::graph::Graph;
use super::place::{At, Place};
use super::report::{Event, StepReport};
use crate::cost::Budget;
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::session::{Draft, History, Message, Session, Window};
use crate::synapse::{Deadline, Piece, Tape};

/// Hears what happens in a run.
pub(super) type Listener<'wf> = Arc<dyn Fn(&Event) + Send + Sync + 'wf>;

/// The running workflow, as its body sees it. Owned by the run; a body cannot keep it.
pub struct Cx<'wf> {
    run: Arc<Shared<'wf>>,
    graph: &'static Graph,
    place: Place,
    line: Arc<Line>,
}

/// What all steps of a run share, those of the workflows inside it too.
pub(super) struct Shared<'wf> {
    pub(super) llm: Llm,
    pub(super) engine: Option<Arc<dyn Engine>>,
    pub(super) listener: Option<Listener<'wf>>,
    /// What may be spent, by the run and on the conversation.
    pub(super) budgets: Vec<Budget>,
    pub(super) deadline: Option<Deadline>,
    /// Whether the listener hears answers while they are written.
    pub(super) streamed: bool,
    /// The conversation's name in providers' caches.
    pub(super) conversation: Arc<str>,
    /// Whether nothing but the engine may answer, so that nothing is paid.
    pub(super) rehearsal: bool,
    pub(super) state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) reports: Vec<StepReport>,
    /// The step that a rehearsal cannot go beyond.
    pub(super) stopped: Option<Arc<str>>,
    /// Whether the engine made a mistake, behind which no `else` goes on.
    broken: bool,
}

/// The conversation as one line of steps sees it.
pub(super) struct Line {
    pub(super) window: Option<Window>,
    /// Whether others run beside it, so that what is shared with them must stay.
    pub(super) beside: bool,
    draft: Mutex<Draft>,
}

impl<'wf> Cx<'wf> {
    pub(super) fn new(graph: &'static Graph, run: Shared<'wf>, session: &Session) -> Self {
        let window = session.window().cloned();
        let line = Line {
            window: if run.rehearsal {
                window.map(Window::silent)
            } else {
                window
            },
            beside: false,
            draft: Mutex::new(session.draft()),
        };
        Self {
            run: Arc::new(run),
            graph,
            place: Place::default(),
            line: Arc::new(line),
        }
    }

    pub(super) fn share(&self) -> Self {
        Self {
            run: Arc::clone(&self.run),
            graph: self.graph,
            place: self.place.clone(),
            line: Arc::clone(&self.line),
        }
    }

    /// The same run in a round of a loop whose path is the segment `depth` of its steps' ids.
    pub fn round(&self, depth: usize, round: usize) -> Self {
        Self {
            place: self.place.round(depth, round),
            ..self.share()
        }
    }

    /// The conversation so far.
    pub fn history(&self) -> History {
        self.line.draft().history().clone()
    }

    /// The same run on a copy of the conversation. Beside others it has no window, which would rewrite what they share.
    pub(super) fn fork(&self, beside: bool) -> Self {
        let line = Line {
            window: self.line.window.clone().filter(|_| !beside),
            beside: beside || self.line.beside,
            draft: Mutex::new(self.line.draft().clone()),
        };
        Self {
            line: Arc::new(line),
            ..self.share()
        }
    }

    /// The run of a workflow inside this one, on a copy of the conversation.
    pub(super) fn inner(&self, graph: &'static Graph, at: &At) -> Self {
        Self {
            graph,
            place: at.inside(),
            ..self.fork(false)
        }
    }

    /// Goes on with the conversation as `inner` has left it.
    pub(super) fn take_up(&self, inner: &Self) {
        *self.line.draft() = std::mem::take(&mut *inner.line.draft());
    }

    /// The step that stands at `index` of the graph; `otherwise`: an `else` stands behind it.
    pub(super) fn at(&self, index: usize, otherwise: bool) -> Result<At, Error> {
        match self.graph.steps.get(index) {
            Some(info) => Ok(self.place.at(info, otherwise)),
            None => {
                self.break_off();
                Err(ErrorKind::Engine {
                    problem: format!(
                        "the graph has no step {index}; zyn and zyn-macros are of different versions"
                    ),
                }
                .into())
            }
        }
    }

    /// What a step with an `else` comes to: nothing if it failed, unless no `else` may go on.
    pub(super) fn otherwise<T, E>(&self, outcome: Result<T, E>) -> Result<Option<T>, E> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(error) if self.state().broken => Err(error),
            Err(_) => Ok(None),
        }
    }

    pub(super) fn append(&self, message: Message) {
        self.line.draft().append(message);
    }

    pub(super) fn shared(&self) -> &Shared<'wf> {
        &self.run
    }

    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    pub(super) fn started(&self, at: &At) {
        self.tell(&Event::StepStarted {
            id: Arc::clone(&at.id),
            verb: at.verb,
        });
    }

    pub(super) fn finished(&self, mut report: StepReport) {
        {
            let mut state = self.state();
            report.handled &= !state.broken;
            state.reports.push(report.clone());
        }
        self.tell(&Event::StepFinished(report));
    }

    /// Tells what is new on the tape of a step.
    pub(super) fn wrote(&self, at: &At, tape: &Tape) {
        while let Some(piece) = tape.follow() {
            let id = Arc::clone(&at.id);
            self.tell(&match piece {
                Piece::Text(text) => Event::StepText { id, text },
                Piece::Again => Event::StepAgain { id },
            });
        }
    }

    pub(super) fn break_off(&self) {
        self.state().broken = true;
    }

    /// Marks a rehearsal as ended here.
    pub(super) fn stop(&self, at: &At) {
        self.state()
            .stopped
            .get_or_insert_with(|| Arc::clone(&at.id));
    }

    pub(super) fn stopped(&self) -> Option<Arc<str>> {
        self.state().stopped.clone()
    }

    /// The draft and the reports; what is left behind is empty.
    pub(super) fn finish(&self) -> (Draft, Vec<StepReport>) {
        let draft = std::mem::take(&mut *self.line.draft());
        (draft, std::mem::take(&mut self.state().reports))
    }

    fn tell(&self, event: &Event) {
        if let Some(listener) = &self.run.listener {
            listener(event);
        }
    }

    /// No code of a user's runs under this lock, so a panic cannot leave half a change behind it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.run
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// No code of a user's runs under this lock either.
    pub(super) fn draft(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
