//! What the outcome of an attempt says of the endpoint.

use crate::provider::{Failure, ProviderError, Response};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers.
    Good,
    /// It is there, but did not get to show whether it can answer.
    Neutral,
    /// It is not there, or fails.
    Bad,
    /// Nothing: it was not asked.
    Unknown,
}

/// What `outcome` says of the endpoint's health.
pub(crate) fn health(outcome: Result<&Response, &ProviderError>) -> Health {
    let Err(error) = outcome else {
        return Health::Good;
    };
    match error.kind {
        // 408 and 409 speak of this request
        Failure::Server if error.status.is_some_and(|it| (400..500).contains(&it)) => {
            Health::Neutral
        }
        Failure::Connect
        | Failure::Interrupted
        | Failure::Timeout { .. }
        | Failure::Overloaded
        | Failure::Unavailable
        | Failure::Server => Health::Bad,
        Failure::RateLimit
        | Failure::Quota
        | Failure::Auth
        | Failure::NotFound
        | Failure::ContextWindow
        | Failure::Rejected
        | Failure::SchemaRefused
        | Failure::Redirect
        | Failure::ReplyTooLarge { .. }
        | Failure::Protocol { .. } => Health::Neutral,
        Failure::Refusal | Failure::Filtered | Failure::Truncated | Failure::Empty => Health::Good,
        Failure::Config(_) => Health::Unknown,
    }
}
