//! Makes attempts until one gives an answer or none may follow.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument;

use super::allowance::Next;
use super::attempt::{Log, Outcome, Reason};
use super::breaker::{self, Health, Permit, Refused};
use super::budget::Held;
use super::retry::Repeat;
use super::{Allowance, Decision, Ear, Hedging, Llm, decide, estimate};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::provider::{BoxFuture, Failure, ProviderError, Request, Response};
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
            let next = allowance.next();
            let error = match self.hedged(call, allowance, next, waited).await {
                Ok(given) => return Ok(given),
                Err(NoAnswer::Failed(error)) => *error,
                Err(NoAnswer::NotMade(error)) => {
                    allowance.not_made(next);
                    // what is known of the provider says more than why it is not asked again
                    return Err(match failed {
                        Some(failed) => {
                            telemetry::not_repeated(&error);
                            failed.into()
                        }
                        None => error,
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
                allowance.repeats();
            }
            telemetry::repeating(&error, after);
            allowance.past.note(kind);
            tokio::time::sleep(after).await;
            failed = Some(error);
            waited = after;
        }
    }

    /// Makes one attempt, and another beside it if that takes long and hedging is on.
    async fn hedged(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        next: Next,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let is_hedged = call.ear.is_none() && call.request.feedback.is_empty();
        let Some(hedging) = self.policy.hedging.as_ref().filter(|_| is_hedged) else {
            return self.attempt(call, allowance, next, waited).await;
        };
        hedging.call();
        let start = clock::now();
        let first = Box::pin(self.attempt(call, allowance, next, waited));
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
        let may = self.policy.hedging.as_ref().is_some_and(Hedging::take);
        if !may || !beside.further(Reason::Hedge) {
            return first.await;
        }
        telemetry::hedging(delay);
        beside.repeats();
        let next = beside.next();
        let second = Box::pin(self.attempt(call, &beside, next, Duration::ZERO));
        let is_valid = |given: &Given| call.valid.is_none_or(|it| it(&given.response.text));
        let (taken, other) = first_of([first, second], |result| {
            result.as_ref().is_ok_and(is_valid)
        })
        .await;
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
        next: Next,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let held = self.hold(call.request, allowance)?;
        let probe = match self.probe(allowance) {
            Ok(probe) => probe,
            Err(error) => {
                held.into_iter().for_each(Held::give_back);
                return Err(NoAnswer::NotMade(error));
            }
        };
        let (outcome, usage) = self.send(call, allowance.log(), next, waited).await;
        if let Some(probe) = probe {
            let response = outcome.as_ref().map(|given| &given.response);
            probe.record(breaker::health(response), self.dice());
        }
        if let Some(usage) = usage {
            held.into_iter().for_each(|it| it.settle(usage));
        }
        outcome.map_err(|error| NoAnswer::Failed(Box::new(error)))
    }

    /// Asks the breaker, if there is one.
    fn probe(&self, allowance: &Allowance) -> Result<Option<Probe>, Error> {
        let Some(breaker) = &self.policy.breaker else {
            return Ok(None);
        };
        match breaker.admit() {
            Ok(permit) => Ok(Some(Probe {
                permit: Some(permit),
                deadline: allowance.deadline,
                dice: self.dice(),
            })),
            Err(Refused { retry_in }) => Err(ErrorKind::CircuitOpen {
                model: self.model.to_string(),
                retry_in,
            }
            .into()),
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
            if held.iter().any(|it| it.is_of(budget)) {
                continue;
            }
            match budget.hold(&self.model, usage) {
                Ok(part) => held.push(part),
                Err(problem) => {
                    held.into_iter().for_each(Held::give_back);
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
        next: Next,
        waited: Duration,
    ) -> (Result<Given, ProviderError>, Option<Usage>) {
        let Call {
            request,
            ear,
            limit,
            ..
        } = call;
        let place = log.begin(&self.model, next.reason, waited);
        let entry = self.ledger.open(next.repeats);
        let provider = &*self.provider;
        let span = telemetry::attempt(provider.name(), provider.model(), place, request);
        if let Some(capture) = &self.policy.capture {
            capture.sent(&span, request);
        }
        let start = clock::now();
        let timed = Timed { log, place, start };
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
        let told = time_to_first_token.is_some();
        let outcome = outcome.map(|response| Response {
            time_to_first_token,
            ..response
        });
        let outcome = outcome.map_err(|error| if told { error.behind_text() } else { error });
        telemetry::outcome(&span, outcome.as_ref());
        if let (Some(capture), Ok(response)) = (&self.policy.capture, &outcome) {
            capture.answered(&span, response);
        }
        let usage = entry.settle(outcome.as_ref(), told);
        drop(timed);
        log.note(place, |attempt| {
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

/// An attempt that is being made. Dropped, it has ended, or was cut off: either way its time is noted.
struct Timed<'a> {
    log: &'a Log,
    place: usize,
    start: Instant,
}

impl Drop for Timed<'_> {
    fn drop(&mut self) {
        let elapsed = clock::now() - self.start;
        self.log
            .note(self.place, |attempt| attempt.elapsed = elapsed);
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

/// The first of two to come to something good, and what the other has come to by then; if neither does, the better.
async fn first_of<T, E>(
    mut lanes: [BoxFuture<'_, Result<T, E>>; 2],
    is_good: impl Fn(&Result<T, E>) -> bool,
) -> (Result<T, E>, Option<Result<T, E>>) {
    let mut done: [Option<Result<T, E>>; 2] = [None, None];
    let good = poll_fn(|task| {
        for (lane, done) in lanes.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(result) = lane.as_mut().poll(task)
            {
                if is_good(&result) {
                    return Poll::Ready(Some(result));
                }
                *done = Some(result);
            }
        }
        match done.iter().all(Option::is_some) {
            true => Poll::Ready(None),
            false => Poll::Pending,
        }
    });
    let good = good.await;
    let [first, second] = done;
    match (good, first, second) {
        (Some(good), first, second) => (good, first.or(second)),
        (None, Some(first), Some(second)) if first.is_err() && second.is_ok() => {
            (second, Some(first))
        }
        (None, Some(first), second) => (first, second),
        // neither is left open
        (None, None, second) => match second {
            Some(second) => (second, None),
            None => std::future::pending().await,
        },
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
