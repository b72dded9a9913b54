//! Providers for tests: no network, no key, no tokens.
//!
//! - [`Fake`] answers whatever it is asked with a valid value of its own.
//! - [`Scripted`] answers from a list, or from a closure.
//! - [`Recording`] keeps what was sent to another provider.
//!
//! And for a session store of your own, [`store_contract`] says whether it keeps what stores promise.

mod contract;
mod fake;
mod recording;
mod scripted;
mod told;

pub use contract::{Breach, BrokenContract, store_contract};
pub use fake::Fake;
pub use recording::Recording;
pub use scripted::{Reply, Scripted};
