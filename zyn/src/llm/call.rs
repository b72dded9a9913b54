//! Makes attempts until one gives an answer or none may follow.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument;

use super::allowance::Leave;
use super::attempt::{Outcome, Reason};
use super::breaker::{self, Health, Permit, Refused};
use super::rate_limit::{Admitted, Charge};
use super::retry::{PATIENCE, Repeat};
use super::{Allowance, Decision, Ear, Hedging, Llm, Policy, decide, estimate};
use crate::clock;
use crate::cost::{Budget, Held};
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

    /// Makes one attempt, and another beside it if that takes long and hedging is on.
    async fn hedged(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        leave: Leave,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        // a re-ask is not hedged, what is streamed cannot be, and what must not be done twice must not
        let may =
            call.ear.is_none() && call.request.feedback.is_empty() && !allowance.is_at_most_once();
        let Some(hedging) = self.policy.hedging.as_ref().filter(|_| may) else {
            return self.attempt(call, allowance, leave, waited).await;
        };
        hedging.call();
        let start = clock::now();
        let first = Box::pin(self.attempt(call, allowance, leave, waited));
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
        beside.repeats();
        telemetry::hedging(&self.model, delay);
        let leave = beside.next();
        let second = Box::pin(self.attempt(call, &beside, leave, Duration::ZERO));
        let is_valid = |given: &Given| call.valid.is_none_or(|it| it(&given.response.text));
        let (taken, other) = first_of(first, second, is_valid).await;
        match (taken, other) {
            (Err(taken), Some(Err(other))) => Err(taken.or(other)),
            (taken, Some(Ok(other))) => {
                self.reject(other.response.usage, allowance.log(), other.place);
                taken
            }
            (taken, _) => taken,
        }
    }

    /// Makes one attempt, if budget, breaker and rate limit let it.
    async fn attempt(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        leave: Leave,
        waited: Duration,
    ) -> Result<Given, NoAnswer> {
        let Policy {
            breaker,
            rate_limit,
            ..
        } = &*self.policy;
        let is_gated = breaker.is_some() || rate_limit.is_some();
        let gate = is_gated.then(|| telemetry::gate(&self.model));
        let gate = gate.unwrap_or_else(tracing::Span::none);
        let mut held = self.hold(call.request, allowance)?;
        let mut probe = gate.in_scope(|| self.probe(call, allowance))?;
        let admitted = self.admit(call.request, allowance).instrument(gate.clone());
        let admitted = admitted.await?;
        if probe.as_ref().is_some_and(Probe::is_outdated) {
            // what it was let through by was over while it waited in the line
            probe = match gate.in_scope(|| self.probe(call, allowance)) {
                Ok(probe) => probe,
                Err(refused) => {
                    if let Some(admitted) = admitted {
                        admitted.settle(Charge::Nothing);
                    }
                    return Err(refused);
                }
            };
        }
        held.iter_mut().for_each(Held::sent);
        probe.iter_mut().for_each(Probe::sent);
        let waited = waited + admitted.as_ref().map_or(Duration::ZERO, |it| it.waited);
        let (outcome, usage) = self.send(call, allowance, leave, waited).await;
        let _entered = gate.entered();
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
    fn probe(&self, call: Call<'_>, allowance: &Allowance) -> Result<Option<Probe>, NoAnswer> {
        let Some(breaker) = &self.policy.breaker else {
            return Ok(None);
        };
        match breaker.admit() {
            Ok(permit) => Ok(Some(Probe {
                permit: Some(permit),
                sent: None,
                // a stream is as slow as its reader
                deadline: call.ear.is_none().then_some(allowance.deadline),
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
        let mut held: Vec<Held> = Vec::new();
        let budgets = self.budgets(allowance);
        if budgets.is_empty() {
            return Ok(held);
        }
        let usage = estimate::usage(request);
        for budget in budgets {
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

    /// The budgets that an attempt is paid from, each of them once.
    pub(super) fn budgets<'a>(&'a self, allowance: &'a Allowance) -> Vec<&'a Budget> {
        let mut budgets: Vec<&Budget> = Vec::new();
        for budget in self.policy.budget.iter().chain(allowance.budgets()) {
            if !budgets.iter().any(|known| known.is(budget)) {
                budgets.push(budget);
            }
        }
        budgets
    }

    /// Makes the attempt, and says what it cost if that is known.
    async fn send(
        &self,
        call: Call<'_>,
        allowance: &Allowance,
        leave: Leave,
        waited: Duration,
    ) -> (Result<Given, ProviderError>, Option<Usage>) {
        let Call {
            request,
            ear,
            limit,
            ..
        } = call;
        let log = allowance.log();
        let underway = log.begin(&self.model, leave.reason, waited);
        let entry = self.ledger.open(leave.repeats);
        let place = underway.place;
        let provider = &*self.provider;
        let span = telemetry::attempt(
            (provider.name(), provider.model()),
            (place, leave.reason, waited),
            request,
        );
        allowance.begun(leave);
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
        let told = time_to_first_token.is_some();
        let outcome = outcome.map_err(|error| if told { error.behind_text() } else { error });
        let outcome = outcome.map(|response| Response {
            time_to_first_token,
            ..response
        });
        under_way.end(outcome.as_ref());
        if let (Some(capture), Ok(response)) = (&self.policy.capture, &outcome) {
            capture.answered(&span, response);
        }
        let usage = entry.settle(outcome.as_ref(), told);
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
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The last attempt failed.
    Failed(Box<ProviderError>),
    /// No attempt was made.
    NotMade(Error),
}

impl NoAnswer {
    /// What decides on a repeat after two attempts have failed: what may have been done and billed, what the server does not
    /// want again, and the longer wait.
    fn or(self, other: Self) -> Self {
        let (Self::Failed(one), Self::Failed(another)) = (&self, &other) else {
            return match self {
                Self::Failed(_) => self,
                Self::NotMade(_) => other,
            };
        };
        let weight = |error: &ProviderError| {
            (
                error.class() == Class::Ambiguous,
                error.should_retry == Some(false),
                error.retry_after,
            )
        };
        match weight(another) > weight(one) {
            true => other,
            false => self,
        }
    }
}

impl From<NoAnswer> for Error {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Failed(error) => (*error).into(),
            NoAnswer::NotMade(error) => error,
        }
    }
}

/// An attempt that its breaker watches.
struct Probe {
    permit: Option<Permit>,
    /// When it was sent.
    sent: Option<Instant>,
    deadline: Option<Instant>,
    dice: f64,
}

/// Who gave an endpoint less time than this, and went, says nothing of its health.
const IN_VAIN: Duration = Duration::from_secs(10);

impl Probe {
    fn sent(&mut self) {
        self.sent = Some(clock::now());
    }

    /// Whether the breaker has changed its state since it let this through.
    fn is_outdated(&self) -> bool {
        self.permit.as_ref().is_some_and(Permit::is_outdated)
    }

    fn record(mut self, health: Health, dice: f64) {
        if let Some(permit) = self.permit.take() {
            permit.record(health, dice);
        }
    }

    /// Whether the deadline has cut it off after a time in which an answer could have come.
    fn is_in_vain(&self) -> bool {
        let now = clock::now();
        let waited = self.sent.map(|sent| now.saturating_duration_since(sent));
        self.deadline.is_some_and(|deadline| now >= deadline)
            && waited.is_some_and(|waited| waited >= IN_VAIN)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let is_in_vain = self.permit.is_some() && self.is_in_vain();
        if let Some(permit) = self.permit.take().filter(|_| is_in_vain) {
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
