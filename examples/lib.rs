//! What the examples of zyn share: a local model for when no provider is configured, and tickets to try it on.

pub mod local;
pub mod tickets;
