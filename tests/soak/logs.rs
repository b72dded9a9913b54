//! What the logs of the runs say of their attempts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use zyn::policy::{Attempt, Outcome, Reason};
use zyn::{StepReport, Usage};

use super::models::RETRIES;

/// The logs of many steps.
#[derive(Debug, Default)]
pub(super) struct Logs {
    pub(super) models: BTreeMap<Arc<str>, Logged>,
    pub(super) reasons: BTreeMap<&'static str, u64>,
    /// First attempts that waited: for the rate limit, since nothing else holds them up.
    pub(super) waited: u64,
    /// Steps whose model was spared, so that another was asked at once.
    pub(super) spared: u64,
    /// Steps that had a cached answer.
    pub(super) cached: u64,
    /// Steps that had the value of `otherwise` or their `else`.
    pub(super) handled: u64,
    /// What a policy does not allow.
    pub(super) wrong: Vec<String>,
}

/// Attempts, and what they cost.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) attempts: u64,
    pub(super) usage: Usage,
    /// Those of which nobody knows what they cost.
    pub(super) unknown: u64,
    /// Those that followed on one that may have been done and billed, or ran beside one.
    pub(super) repeated: u64,
}

impl Logs {
    pub(super) fn of(steps: &[StepReport]) -> Self {
        let mut logs = Self::default();
        steps.iter().for_each(|step| logs.step(step));
        logs
    }

    fn step(&mut self, step: &StepReport) {
        self.cached += u64::from(step.cached);
        self.handled += u64::from(step.handled);
        let first = step.log.first().map(|attempt| attempt.reason);
        self.spared += u64::from(first == Some(Reason::Fallback));
        let mut before = None;
        for attempt in &step.log {
            let model = self.models.entry(Arc::clone(&attempt.model)).or_default();
            model.attempts += 1;
            model.usage += attempt.usage.unwrap_or_default();
            model.unknown += u64::from(attempt.usage.is_none());
            model.repeated += u64::from(match attempt.reason {
                Reason::Hedge => true,
                Reason::Retry | Reason::Fallback => before.is_some_and(may_be_done),
                _ => false,
            });
            // of two that ran beside each other what counts is an answer, or a failure that may have been done
            let has_answered =
                |it: &Attempt| matches!(it.outcome, Outcome::Answered | Outcome::NotAccepted);
            let counts =
                has_answered(attempt) || may_be_done(attempt) && !before.is_some_and(has_answered);
            if attempt.reason != Reason::Hedge || counts {
                before = Some(attempt);
            }
            *self.reasons.entry(name(attempt.reason)).or_default() += 1;
            let is_first = attempt.reason == Reason::First;
            self.waited += u64::from(is_first && attempt.waited > Duration::ZERO);
        }
        let count = |reason| step.log.iter().filter(|it| it.reason == reason).count();
        let is_allowed = step.attempts as usize == step.log.len()
            && count(Reason::First) <= 1
            && count(Reason::Retry) <= RETRIES as usize
            && !(step.cached && step.attempts > 0)
            && !(&*step.id == "tags" && is_repeated(&step.log));
        if !is_allowed {
            self.wrong.push(format!("against the policy: {step:?}"));
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (model, logged) in other.models {
            self.models.entry(model).or_default().add(logged);
        }
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.waited += other.waited;
        self.spared += other.spared;
        self.cached += other.cached;
        self.handled += other.handled;
        self.wrong.extend(other.wrong);
    }

    pub(super) fn sum(&self) -> Logged {
        let mut sum = Logged::default();
        self.models.values().for_each(|it| sum.add(*it));
        sum
    }

    pub(super) fn count(&self, reason: Reason) -> u64 {
        self.reasons.get(name(reason)).copied().unwrap_or_default()
    }
}

impl Logged {
    fn add(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.usage += other.usage;
        self.unknown += other.unknown;
        self.repeated += other.repeated;
    }
}

/// Whether one of these attempts follows on one that may have been done and billed. A hedge does not: it runs beside.
fn is_repeated(log: &[Attempt]) -> bool {
    let hedged = log.iter().any(|attempt| attempt.reason == Reason::Hedge);
    !hedged && log.iter().rev().skip(1).any(may_be_done)
}

/// Whether an attempt failed, and may have been done and billed.
fn may_be_done(attempt: &Attempt) -> bool {
    match &attempt.outcome {
        Outcome::Failed(how) => ["timeout", "interrupted", "server"].contains(&how.as_str()),
        _ => false,
    }
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::First => "first",
        Reason::Retry => "retry",
        Reason::Adapted => "adapted",
        Reason::Reask => "re-ask",
        Reason::Fallback => "fallback",
        Reason::Hedge => "hedge",
        _ => "another reason",
    }
}
