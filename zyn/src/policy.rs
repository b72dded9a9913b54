#![doc = include_str!("llm/policy.md")]

pub use crate::llm::{
    Attempt, Breaker, BreakerState, Cache, Fallback, Hedging, Outcome, RateLimit, Reason,
};
