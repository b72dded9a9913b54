//! Makes one attempt, if budget, breaker and rate limit let it.

use std::time::Duration;

use tracing::{Instrument, Span};

use super::allowance::Leave;
use super::attempt::Outcome;
use super::breaker::{self, Probe, Refused};
use super::call::{Call, Given, NoAnswer};
use super::rate_limit::{Admitted, Charge};
use super::retry::PATIENCE;
use super::{Allowance, Breaker, BreakerState, Llm, Policy, estimate};
use crate::clock;
use crate::cost::{Budget, Held};
use crate::error::ErrorKind;
use crate::provider::{Class, Failure, ProviderError, Request, Response, Wait};
use crate::session::Usage;
use crate::telemetry;

impl Llm {
    /// Makes one attempt, if budget, breaker and rate limit let it.
    pub(super) async fn attempt(
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
        let gate = gate.unwrap_or_else(Span::none);
        let mut held = self.hold(call.request, allowance)?;
        gate.in_scope(|| self.look())?;
        let admitted = self.admit(call.request, allowance).instrument(gate.clone());
        let admitted = admitted.await?;
        // the circuit may have opened while the call stood in line, and a probe that stands there finds out nothing
        let mut probe = match gate.in_scope(|| self.probe(call, allowance)) {
            Ok(probe) => probe,
            Err(refused) => {
                admitted
                    .into_iter()
                    .for_each(|it| it.settle(Charge::Nothing));
                return Err(refused);
            }
        };
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

    /// Refuses a call that the breaker would not let through.
    fn look(&self) -> Result<(), NoAnswer> {
        match self.policy.breaker.as_ref().map(Breaker::state) {
            Some(BreakerState::Open { retry_in }) => Err(self.refused(retry_in)),
            _ => Ok(()),
        }
    }

    fn refused(&self, retry_in: Duration) -> NoAnswer {
        let model = self.model.to_string();
        let kind = ErrorKind::CircuitOpen { model, retry_in };
        NoAnswer::NotMade(kind.into())
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
            Ok(permit) => {
                // a stream is as slow as its reader
                let deadline = call.ear.is_none().then_some(allowance.deadline);
                Ok(Some(Probe::new(permit, deadline, self.dice())))
            }
            Err(Refused { retry_in }) => Err(self.refused(retry_in)),
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
