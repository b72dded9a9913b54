//! Makes attempts until one gives an answer or none may follow.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument;

use super::attempt::{Log, Outcome, Reason};
use super::breaker::{self, Health, Permit, Refused};
use super::budget::Held;
use super::rate_limit::{Admitted, Charge};
use super::retry::{PATIENCE, Repeat};
use super::{Allowance, Decision, Ear, Hedging, Llm, decide, estimate};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::provider::{BoxFuture, Class, Failure, ProviderError, Request, Response, Wait};
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
    ) -> Result<Given, Error> {
        self.check()?;
        let mut failed: Option<ProviderError> = None;
        let mut waited = Duration::ZERO;
        loop {
            let reason = allowance.next();
            let error = match self.hedged(call, allowance, reason, waited).await {
                Ok(given) => return Ok(given),
                Err(NoAnswer::Failed(error)) => *error,
                // what is known of the provider says more than why it is not asked again
                Err(NoAnswer::NotMade(error)) => match failed {
                    Some(failed) => {
                        telemetry::not_repeated(&error);
                        return Err(failed.into());
                    }
                    None => return Err(error),
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

    /// Makes one attempt, and another beside it if that takes long and hedging is on.
    async fn hedged(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        reason: Reason,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let is_hedged = call.ear.is_none() && call.request.feedback.is_empty();
        let Some(hedging) = self.policy.hedging.as_ref().filter(|_| is_hedged) else {
            return self.attempt(call, allowance, reason, waited).await;
        };
        hedging.call();
        let start = clock::now();
        let first = Box::pin(self.attempt(call, allowance, reason, waited));
        let result = match hedging.delay() {
            None => first.await,
            Some(delay) => Box::pin(self.beside(first, delay, call, allowance)).await,
        };
        if result.is_ok() {
            hedging.took(clock::now() - start);
        }
        result
    }

    /// Waits so long for `first`, then makes a second attempt: the first valid answer counts, and the other is dropped.
    async fn beside(
        &self,
        mut first: BoxFuture<'_, Result<Given, NoAnswer>>,
        delay: Duration,
        call: Call<'_>,
        allowance: &Allowance,
    ) -> Result<Given, NoAnswer> {
        if let Ok(result) = tokio::time::timeout(delay, &mut first).await {
            return result;
        }
        let mut beside = allowance.beside();
        // what waits for the rate limit is not helped by more of it
        let is_crowded = || {
            let limit = self.policy.rate_limit.as_ref();
            limit.is_some_and(|limit| limit.waiting() > 0)
        };
        let may = || self.policy.hedging.as_ref().is_some_and(Hedging::take);
        if is_crowded() || !may() || !beside.further(Reason::Hedge) {
            return first.await;
        }
        telemetry::hedging(delay);
        self.repeats();
        let second = Box::pin(self.attempt(call, &beside, Reason::Hedge, Duration::ZERO));
        let is_valid = |given: &Given| call.valid.is_none_or(|it| it(&given.response.text));
        let (taken, other) = first_of(first, second, is_valid).await;
        if let Some(Ok(other)) = other {
            self.reject(other.response.usage, allowance.log(), other.place);
        }
        taken
    }

    /// Makes one attempt, if budget, breaker and rate limit let it.
    async fn attempt(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        reason: Reason,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let mut held = self.hold(call.request, allowance)?;
        let probe = self.probe(allowance)?;
        let admitted = self.admit(call.request, allowance).await?;
        held.iter_mut().for_each(Held::sent);
        let waited = waited + admitted.as_ref().map_or(Duration::ZERO, |it| it.waited);
        let (outcome, usage) = self.send(call, allowance.log(), reason, waited).await;
        if let Some(probe) = probe {
            let response = outcome.as_ref().map(|given| &given.response);
            probe.record(breaker::health(response), self.dice());
        }
        if let Some(admitted) = admitted {
            admitted.settle(charge(outcome.as_ref().err(), usage));
            self.heed(&outcome);
        }
        if let Some(usage) = usage {
            held.iter().for_each(|it| it.settle(usage));
        }
        outcome.map_err(|error| NoAnswer::Failed(Box::new(error)))
    }

    /// Waits for the rate limit, if there is one.
    async fn admit(
        &self,
        request: &Request,
        allowance: &Allowance,
    ) -> Result<Option<Admitted>, NoAnswer> {
        let Some(limit) = &self.policy.rate_limit else {
            return Ok(None);
        };
        let need = estimate::usage(request);
        match limit.admit(need, allowance.deadline).await {
            Ok(admitted) => Ok(Some(admitted)),
            Err(shed) => Err(NoAnswer::NotMade(ErrorKind::Shed(shed).into())),
        }
    }

    /// Takes the provider's word for what is left, and for how long to wait.
    fn heed(&self, outcome: &Result<Given, ProviderError>) {
        let Some(limit) = &self.policy.rate_limit else {
            return;
        };
        let (remaining, error) = match outcome {
            Ok(given) => (given.response.remaining, None),
            Err(error) => (error.remaining.as_deref().copied(), Some(error)),
        };
        if let Some(remaining) = remaining {
            limit.heed(remaining);
        }
        let wait = error
            .filter(|error| error.kind == Failure::RateLimit)
            .and_then(|error| error.retry_after);
        if let Some(wait) = wait {
            limit.pause(clock::after(wait.min(PATIENCE)));
        }
    }

    /// Asks the breaker, if there is one.
    fn probe(&self, allowance: &Allowance) -> Result<Option<Probe>, NoAnswer> {
        let Some(breaker) = &self.policy.breaker else {
            return Ok(None);
        };
        match breaker.admit() {
            Ok(permit) => Ok(Some(Probe {
                permit: Some(permit),
                deadline: allowance.deadline,
                dice: self.dice(),
            })),
            Err(Refused { retry_in }) => {
                let model = self.model.to_string();
                let kind = ErrorKind::CircuitOpen { model, retry_in };
                Err(NoAnswer::NotMade(kind.into()))
            }
        }
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
                // what the others hold goes back
                Err(problem) => {
                    return Err(NoAnswer::NotMade(ErrorKind::Budget(problem).into()));
                }
            }
        }
        Ok(held)
    }

    /// Makes the attempt, and says what it cost if that is known.
    async fn send(
        &self,
        call: Call<'_>,
        log: &Log,
        reason: Reason,
        waited: Duration,
    ) -> (Result<Given, ProviderError>, Option<Usage>) {
        let Call {
            request,
            ear,
            limit,
            ..
        } = call;
        let place = log.begin(&self.model, reason, waited);
        let entry = self.ledger.open();
        let provider = &*self.provider;
        let span = telemetry::attempt(provider.name(), provider.model(), place, request);
        if let Some(capture) = &self.policy.capture {
            capture.sent(&span, request);
        }
        let under_way = telemetry::UnderWay::new(&span);
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
                    let wait = Wait::Attempt;
                    let kind = Failure::Timeout { wait, limit };
                    Err(ProviderError::new(provider.name(), kind))
                }),
        };
        let outcome = outcome.and_then(|response| not_blank(provider.name(), response));
        let outcome = outcome.map(|response| Response {
            time_to_first_token,
            ..response
        });
        under_way.end(outcome.as_ref());
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
        let given = outcome.map(|response| Given { response, place });
        (given, usage)
    }
}

/// What an attempt has cost of a rate limit.
fn charge(failed: Option<&ProviderError>, usage: Option<Usage>) -> Charge {
    match (failed, usage) {
        (Some(error), _) if error.class() == Class::NotSent => Charge::Nothing,
        (Some(_), Some(usage)) if usage == Usage::default() => Charge::TurnedAway,
        (_, Some(usage)) => Charge::Used(usage),
        (_, None) => Charge::Unknown,
    }
}

/// Why there is no answer.
enum NoAnswer {
    /// The attempt failed.
    Failed(Box<ProviderError>),
    /// The attempt was not made.
    NotMade(Error),
}

/// An attempt that its breaker watches.
struct Probe {
    permit: Option<Permit>,
    deadline: Instant,
    dice: f64,
}

impl Probe {
    fn record(mut self, health: Health, dice: f64) {
        if let Some(permit) = self.permit.take() {
            permit.record(health, dice);
        }
    }
}

impl Drop for Probe {
    /// Who is cut off by the deadline has waited in vain, which speaks of the endpoint; one whose caller has gone has not.
    fn drop(&mut self) {
        let is_late = self.permit.is_some() && clock::now() >= self.deadline;
        if let Some(permit) = self.permit.take().filter(|_| is_late) {
            permit.record(Health::Bad, self.dice);
        }
    }
}

/// The first of two to come to something good, or else the better; and what the other had come to by then.
async fn first_of<T, E>(
    mut first: BoxFuture<'_, Result<T, E>>,
    mut second: BoxFuture<'_, Result<T, E>>,
    is_good: impl Fn(&T) -> bool,
) -> (Result<T, E>, Option<Result<T, E>>) {
    let (result, is_first) = poll_fn(|task| match first.as_mut().poll(task) {
        Poll::Ready(result) => Poll::Ready((result, true)),
        Poll::Pending => second.as_mut().poll(task).map(|result| (result, false)),
    })
    .await;
    if result.as_ref().is_ok_and(&is_good) {
        return (result, None);
    }
    let other = if is_first { second } else { first }.await;
    let is_better = other.as_ref().is_ok_and(&is_good) || result.is_err() && other.is_ok();
    match is_better {
        true => (other, Some(result)),
        false => (result, Some(other)),
    }
}

/// A blank answer is none, whichever provider gave it.
fn not_blank(provider: &str, response: Response) -> Result<Response, ProviderError> {
    if !response.text.trim().is_empty() {
        return Ok(response);
    }
    let mut error = ProviderError::new(provider, Failure::Empty);
    error.usage = response.usage;
    error.request_id = response.request_id;
    error.remaining = response.remaining.map(Box::new);
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
            valid: None,
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
