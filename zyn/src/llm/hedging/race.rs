//! Runs an attempt, and another beside it if that takes long.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use super::super::allowance::Leave;
use super::super::attempt::Reason;
use super::super::call::{Call, Given, NoAnswer};
use super::super::{Allowance, Llm};
use super::Hedging;
use crate::clock;
use crate::provider::{BoxFuture, Class, ProviderError};
use crate::telemetry;

impl Llm {
    /// Makes one attempt, and another beside it if that takes long and hedging is on.
    pub(in crate::llm) async fn hedged(
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
