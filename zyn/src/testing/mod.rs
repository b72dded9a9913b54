//! Providers for tests: no network, no key, no tokens.
//!
//! - [`Scripted`] answers from a list, or from a closure.
//! - [`Recording`] keeps what was sent to another provider.

mod recording;
mod scripted;

pub use recording::Recording;
pub use scripted::{Reply, Scripted};
