//! Where in a run a step stands: its id.

use std::sync::Arc;

use super::graph::StepInfo;
use crate::error::Error;
use crate::synapse::is_answerless;

/// The rounds and the workflows that a body runs in.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// What ids begin with: `routing/` in the workflow that the step `routing` runs.
    prefix: Arc<str>,
    /// The loops round it: which segment of an id is the loop's, and the round, from 0.
    rounds: Vec<(usize, usize)>,
    /// Whether an `else` of a workflow round this one goes on if it fails.
    handled: bool,
}

/// One step of a run.
pub(super) struct At {
    /// Its id, rounds and outer steps included.
    pub(super) id: Arc<str>,
    pub(super) verb: &'static str,
    /// Whether the run goes on if it fails.
    pub(super) handled: bool,
    /// Whether it has a value for where no model gives one.
    pub(super) otherwise: bool,
}

impl Place {
    pub(super) fn round(&self, depth: usize, round: usize) -> Self {
        let mut inside = self.clone();
        inside.rounds.retain(|(outer, _)| *outer < depth);
        inside.rounds.push((depth, round));
        inside
    }

    pub(super) fn at(&self, info: &StepInfo, otherwise: bool) -> At {
        At {
            id: self.id(info.id),
            verb: info.verb,
            handled: otherwise || self.handled,
            otherwise: false,
        }
    }

    fn id(&self, id: &'static str) -> Arc<str> {
        if self.rounds.is_empty() && self.prefix.is_empty() {
            return id.into();
        }
        let segments = id.split('/').enumerate().map(|(depth, segment)| {
            let round = self.rounds.iter().find(|(at, _)| *at == depth);
            round.map_or_else(
                || segment.to_owned(),
                |(_, round)| format!("{segment}[{round}]"),
            )
        });
        let segments: Vec<String> = segments.collect();
        format!("{}{}", self.prefix, segments.join("/")).into()
    }
}

impl At {
    /// Whether the run goes on behind this error.
    pub(super) fn handles(&self, error: &Error) -> bool {
        self.handled || self.otherwise && is_answerless(error)
    }

    /// The place of what runs inside this step.
    pub(super) fn inside(&self) -> Place {
        Place {
            prefix: format!("{}/", self.id).into(),
            rounds: Vec::new(),
            handled: self.handled,
        }
    }
}
