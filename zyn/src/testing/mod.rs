//! Providers for tests: no network, no key, no tokens.
//!
//! - [`Fake`] answers whatever it is asked with a valid value of its own.
//! - [`Scripted`] answers from a list, or from a closure.
//! - [`Recording`] keeps what was sent to another provider.
//!
//! And for what you implement yourself: [`provider_contract`] says whether a provider keeps what providers promise,
//! [`store_contract`] whether a session store keeps what stores promise.

mod contract;
mod fake;
mod recording;
mod scripted;
mod told;

pub use contract::{Breach, BrokenContract, provider_contract, store_contract};
pub use fake::Fake;
pub use recording::Recording;
pub use scripted::{Reply, Scripted};
