//! What an [`Llm`](crate::Llm) does so that a service can be left alone: what it waits for, whom it spares, what it repeats.

pub use crate::llm::{
    Attempt, Breaker, BreakerState, Cache, Fallback, Hedging, Outcome, RateLimit, Reason,
};
