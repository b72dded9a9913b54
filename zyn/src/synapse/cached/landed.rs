//! What came of an equal request, and for whom it holds.

use std::sync::Arc;
use std::time::Duration;

use super::Wanted;
use crate::error::{Error, ErrorKind};
use crate::llm::Landed as Shared;

/// What came of a request, for those who wait for it.
#[derive(Debug)]
pub(super) struct Landed {
    /// The answer as it is kept, and whether it is that of a fallback.
    pub(super) outcome: Result<(Arc<str>, bool), Error>,
    pub(super) terms: Arc<Terms>,
}

/// What decides, beside the request, what comes of it: for whom it differs, the outcome may be another.
#[derive(Debug, PartialEq)]
pub(super) struct Terms {
    retries: u32,
    attempt_timeout: Option<Duration>,
    at_most_once: bool,
    reasks: u32,
    /// Who is asked instead, in their order; empty if nobody.
    fallbacks: String,
    /// Who judges the answers: the type, and the validators.
    judge: String,
}

impl Terms {
    pub(super) fn of(wanted: &Wanted<'_>) -> Self {
        let options = &wanted.question.call.options;
        let limits = wanted.llm.limits();
        Self {
            retries: options.retry.unwrap_or(limits.retries),
            attempt_timeout: options.attempt_timeout.or(limits.attempt_timeout),
            at_most_once: options.at_most_once || limits.at_most_once,
            reasks: options.reask,
            fallbacks: wanted.fallbacks.clone(),
            judge: wanted.question.reader.judge(),
        }
    }
}

impl Landed {
    /// What `shared` is, if it is one.
    pub(super) fn of(shared: Shared) -> Option<Arc<Self>> {
        shared.downcast().ok()
    }

    /// The answer, as text, or the error, if it holds for who asks on its `own` terms.
    pub(super) fn holds_for(&self, own: &Terms) -> Option<Result<Arc<str>, Error>> {
        let Terms {
            retries,
            attempt_timeout,
            at_most_once,
            reasks,
            fallbacks,
            judge,
        } = &*self.terms;
        match &self.outcome {
            Ok((_, true)) if *fallbacks != own.fallbacks => None,
            Ok((text, _)) => Some(Ok(Arc::clone(text))),
            Err(error) => {
                let is_answered = matches!(
                    error.kind(),
                    ErrorKind::Malformed { .. } | ErrorKind::Invalid { .. }
                );
                let alike = (*retries, *attempt_timeout, *at_most_once)
                    == (own.retries, own.attempt_timeout, own.at_most_once)
                    && *fallbacks == own.fallbacks
                    && (!is_answered || (*reasks, judge) == (own.reasks, &own.judge));
                alike.then(|| Err(error.clone()))
            }
        }
    }
}
