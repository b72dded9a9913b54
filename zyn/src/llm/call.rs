//! Makes attempts until one gives an answer or none may follow.

use std::time::Duration;

use tracing::Instrument;

use super::attempt::{Log, Outcome, Reason};
use super::budget::Held;
use super::retry::Repeat;
use super::{Allowance, Decision, Ear, Llm, decide, estimate};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::provider::{Failure, ProviderError, Request, Response};
use crate::session::Usage;
use crate::telemetry;

/// What is asked, and who is told.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    /// Is told the answer while it is written.
    pub(crate) ear: Option<&'a dyn Ear>,
    /// How long an attempt may take, if that is not as the `Llm` says.
    pub(crate) limit: Option<Duration>,
}

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
    ) -> Result<Given, Error> {
        self.check()?;
        let mut failed: Option<ProviderError> = None;
        let mut waited = Duration::ZERO;
        loop {
            let reason = allowance.next();
            let error = match self.attempt(call, allowance, reason, waited).await {
                Ok(given) => return Ok(given),
                Err(NoAnswer::Failed(error)) => error,
                // what is known of the provider says more than why it is not asked again
                Err(NoAnswer::NotMade(kind)) => match failed {
                    Some(error) => {
                        telemetry::not_repeated(&kind);
                        return Err(error.into());
                    }
                    None => return Err(kind.into()),
                },
            };
            let decision = decide(
                &error,
                allowance.past,
                allowance.retries(),
                allowance.remaining(),
                self.dice(),
            );
            let Decision::Repeat { after, kind } = decision else {
                return Err(error.into());
            };
            match kind {
                Repeat::Adaptation => allowance.adapted(),
                // a part of the fire that runs beside this one may have taken the last
                Repeat::Retry { .. } => {
                    if !allowance.take_retry() {
                        return Err(error.into());
                    }
                    if !allowance.further(Reason::Retry) {
                        telemetry::reserve_used_up(&self.model);
                        return Err(error.into());
                    }
                }
            }
            // what was handed on cannot be taken back
            if call.ear.is_some_and(|ear| !ear.forget()) {
                return Err(error.into());
            }
            if matches!(kind, Repeat::Retry { ambiguous: true }) {
                self.repeats();
            }
            telemetry::repeating(&error, after);
            allowance.past.note(kind);
            tokio::time::sleep(after).await;
            failed = Some(error);
            waited = after;
        }
    }

    /// Notes that an attempt follows on one that may have been done and billed.
    pub(crate) fn repeats(&self) {
        self.ledger.repeat();
    }

    /// Makes one attempt, if budget, breaker and rate limit let it.
    async fn attempt(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        reason: Reason,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let held = self.hold(call.request, allowance)?;
        let outcome = self.send(call, allowance.log(), reason, waited).await;
        let (result, usage) = match outcome {
            Sent::Answered(given, usage) => (Ok(given), usage),
            Sent::Failed(error, usage) => (Err(NoAnswer::Failed(error)), usage),
        };
        if let Some(usage) = usage {
            held.into_iter().for_each(|it| it.settle(usage));
        }
        result
    }

    /// Holds what the attempt may cost in each budget; if one has not enough, none is touched.
    fn hold(&self, request: &Request, allowance: &Allowance) -> Result<Vec<Held>, NoAnswer> {
        let budgets = || self.policy.budget.iter().chain(allowance.budgets());
        let mut held: Vec<Held> = Vec::new();
        if budgets().next().is_none() {
            return Ok(held);
        }
        let usage = estimate::usage(request);
        for budget in budgets() {
            match budget.hold(&self.model, usage) {
                Ok(part) => held.push(part),
                Err(problem) => {
                    held.into_iter().for_each(Held::give_back);
                    return Err(NoAnswer::NotMade(ErrorKind::Budget(problem)));
                }
            }
        }
        Ok(held)
    }

    /// Makes the attempt, and says what it cost if that is known.
    async fn send(&self, call: Call<'_>, log: &Log, reason: Reason, waited: Duration) -> Sent {
        let Call {
            request,
            ear,
            limit,
        } = call;
        let place = log.begin(&self.model, reason, waited);
        let entry = self.ledger.open();
        let provider = &*self.provider;
        let span = telemetry::attempt(provider.name(), provider.model(), place, request);
        if let Some(capture) = &self.policy.capture {
            capture.sent(&span, request);
        }
        let start = clock::now();
        let mut time_to_first_token = None;
        let mut heard = |text: &str| {
            time_to_first_token.get_or_insert_with(|| clock::now() - start);
            if let Some(ear) = ear {
                ear.tell(text);
            }
        };
        let asked = match ear {
            None => provider.call(request),
            Some(_) => provider.stream(request, &mut heard),
        };
        let asked = asked.instrument(span.clone());
        let outcome = match limit.or(self.limits.attempt_timeout) {
            None => asked.await,
            Some(limit) => tokio::time::timeout(limit, asked)
                .await
                .unwrap_or_else(|_| {
                    let kind = Failure::Timeout { limit };
                    Err(ProviderError::new(provider.name(), kind))
                }),
        };
        let outcome = outcome.and_then(|response| not_blank(provider.name(), response));
        let outcome = outcome.map(|response| Response {
            time_to_first_token,
            ..response
        });
        telemetry::outcome(&span, outcome.as_ref());
        if let (Some(capture), Ok(response)) = (&self.policy.capture, &outcome) {
            capture.answered(&span, response);
        }
        let usage = entry.settle(outcome.as_ref(), time_to_first_token.is_some());
        log.note(place, |attempt| {
            attempt.elapsed = clock::now() - start;
            attempt.usage = usage;
            attempt.outcome = match &outcome {
                Ok(_) => Outcome::Answered,
                Err(error) => Outcome::Failed(telemetry::failure(&error.kind).to_owned()),
            };
        });
        match outcome {
            Ok(response) => Sent::Answered(Given { response, place }, usage),
            Err(error) => Sent::Failed(error, usage),
        }
    }
}

/// Why there is no answer.
enum NoAnswer {
    /// The attempt failed.
    Failed(ProviderError),
    /// The attempt was not made.
    NotMade(ErrorKind),
}

/// What an attempt came to, and what it cost if that is known.
enum Sent {
    Answered(Given, Option<Usage>),
    Failed(ProviderError, Option<Usage>),
}

/// A blank answer is none, whichever provider gave it.
fn not_blank(provider: &str, response: Response) -> Result<Response, ProviderError> {
    if !response.text.trim().is_empty() {
        return Ok(response);
    }
    let mut error = ProviderError::new(provider, Failure::Empty);
    error.usage = response.usage;
    error.request_id = response.request_id;
    Err(error)
}

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
        };
        match self.call(call, allowance).await {
            Ok(given) => Ok(given.response),
            Err(error) => Err(match error.kind() {
                ErrorKind::Config(error) => {
                    ProviderError::new("config", Failure::Config(error.clone()))
                }
                _ => error.provider().unwrap().clone(),
            }),
        }
    }
}
