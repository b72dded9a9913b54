//! Makes attempts until one gives an answer or none may follow.

use std::time::Duration;

use super::attempt::Reason;
use super::retry::Repeat;
use super::{Allowance, Decision, Ear, Llm, decide};
use crate::error::Error;
use crate::provider::{ProviderError, Request, Response};
use crate::telemetry;

/// What is asked, and who is told.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    /// Is told the answer while it is written.
    pub(crate) ear: Option<&'a dyn Ear>,
    /// How long an attempt may take, if that is not as the `Llm` says.
    pub(crate) limit: Option<Duration>,
    /// Whether an answer is valid, for where there may be a better one.
    pub(crate) valid: Option<&'a Valid<'a>>,
}

/// Whether a text is a valid answer.
pub(crate) type Valid<'a> = dyn Fn(&str) -> bool + Sync + 'a;

/// A response, and which attempt of the log gave it.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) response: Response,
    pub(crate) place: usize,
}

impl Llm {
    /// Makes attempts until one gives an answer or none may follow.
    ///
    /// The deadline is enforced by whoever began the fire; here it only keeps a wait from passing it. What the allowance
    /// has logged stands even if this future is dropped.
    pub(crate) async fn call(
        &self,
        call: Call<'_>,
        allowance: &mut Allowance,
    ) -> Result<Given, NoAnswer> {
        self.check()
            .map_err(|error| NoAnswer::NotMade(error.into()))?;
        let mut failed: Option<Box<ProviderError>> = None;
        let mut waited = Duration::ZERO;
        loop {
            let leave = allowance.next();
            let error = match self.hedged(call, allowance, leave, waited).await {
                Ok(given) => return Ok(given),
                Err(NoAnswer::Failed(error)) => error,
                Err(NoAnswer::NotMade(error)) => {
                    telemetry::not_made(&self.model, &error);
                    // what is known of the provider says more than why it is not asked again
                    return Err(match failed {
                        Some(failed) => NoAnswer::Failed(failed),
                        None => NoAnswer::NotMade(error),
                    });
                }
            };
            let decision = decide(
                &error,
                allowance.past,
                allowance.retries(),
                allowance.remaining(),
                self.dice(),
            );
            let Decision::Repeat { after, kind } = decision else {
                return Err(NoAnswer::Failed(error));
            };
            // what was handed on cannot be taken back
            if call.ear.is_some_and(|ear| !ear.forget()) {
                return Err(NoAnswer::Failed(error));
            }
            match kind {
                Repeat::Adaptation => allowance.adapted(),
                Repeat::Retry { ambiguous } => {
                    // a part of the fire that runs beside this one may have taken the last
                    if !allowance.take_retry() {
                        return Err(NoAnswer::Failed(error));
                    }
                    if !allowance.further(Reason::Retry) {
                        telemetry::reserve_used_up(&self.model);
                        return Err(NoAnswer::Failed(error));
                    }
                    if ambiguous {
                        allowance.repeats();
                    }
                }
            }
            telemetry::repeating(&self.model, &error, after);
            allowance.past.note(kind);
            tokio::time::sleep(after).await;
            failed = Some(error);
            waited = after;
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The last attempt failed.
    Failed(Box<ProviderError>),
    /// No attempt was made.
    NotMade(Error),
}

impl From<NoAnswer> for Error {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Failed(error) => (*error).into(),
            NoAnswer::NotMade(error) => error,
        }
    }
}

#[cfg(test)]
use crate::error::ErrorKind;
#[cfg(test)]
use crate::provider::Failure;

#[cfg(test)]
impl Llm {
    /// What a call comes to, of which nothing but the provider's part is looked at.
    pub(crate) async fn asks(
        &self,
        request: &Request,
        allowance: &mut Allowance,
        ear: Option<&dyn Ear>,
    ) -> Result<Response, ProviderError> {
        let call = Call {
            request,
            ear,
            limit: None,
            valid: None,
        };
        match self.call(call, allowance).await {
            Ok(given) => Ok(given.response),
            Err(NoAnswer::Failed(error)) => Err(*error),
            Err(NoAnswer::NotMade(error)) => Err(match error.kind() {
                ErrorKind::Config(error) => {
                    ProviderError::new("config", Failure::Config(error.clone()))
                }
                _ => error.provider().unwrap().clone(),
            }),
        }
    }
}
